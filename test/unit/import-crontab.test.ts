import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextCron } from '@shared/schedule/cron'
import { parseCrontab, splitPercent, type CrontabOptions } from '../../electron/host/import/crontab'
import { readAssignment } from '../../electron/host/import/crontab-environment'

const byHand: CrontabOptions = { kind: 'crontab', path: null, user: null, system: false }
const system: CrontabOptions = { kind: 'system-crontab', path: '/etc/crontab', user: null, system: true }
const fixture = readFileSync(new URL('../support/fixtures/crontab.txt', import.meta.url), 'utf8')

/** The one task that a text makes. */
function only(text: string, options = byHand) {
  const { found, errors } = parseCrontab(text, options)
  expect(errors).toEqual([])
  expect(found).toHaveLength(1)
  return found[0]!.candidate
}
const reasons = (text: string, options = byHand): string[] =>
  parseCrontab(text, options).errors.map((error) => error.message)

describe('the sample crontab', () => {
  const { found, errors, notes } = parseCrontab(fixture, { ...byHand, path: '/home/ops/crontab.txt' })
  const tasks = found.map((item) => item.candidate)

  it('gives ten tasks, switched off, and one error that names its line', () => {
    expect(tasks).toHaveLength(10)
    expect(tasks.every((task) => !task.enabled && task.locked === null)).toBe(true)
    expect(errors).toEqual([
      {
        line: 20,
        path: '/home/ops/crontab.txt',
        text: '61 * * * *     echo never',
        message: 'minute "61": 61 is not within 0 to 59',
      },
    ])
  })

  it('names them so that people recognise them', () => {
    expect(tasks.map((task) => task.name)).toEqual([
      'df -h / | awk',
      'tar -czf etc-$(date +%F).tar.gz /etc',
      `find /var/tmp -name 'etc-*.tar.gz' -mtime +14 -print -delete`,
      'echo "fortnightly report" | tee',
      'curl -fsS --max-time 5 http://127.0.0.1:1/',
      'echo booted',
      `python3 -c 'import platform; print(platform.platform())'`,
      'for i in 1 2 3 4 5',
      'echo "market open $(date -u +%H:%M)"',
      'cat',
    ])
  })

  it('keeps schedules and their zones', () => {
    expect(tasks.map((task) => task.triggers)).toEqual([
      [{ kind: 'cron', expression: '*/5 * * * *', timezone: 'Europe/Berlin' }],
      [{ kind: 'cron', expression: '15 2 * * *', timezone: 'Europe/Berlin' }],
      [{ kind: 'cron', expression: '0 4 * * sun', timezone: 'Europe/Berlin' }],
      [{ kind: 'cron', expression: '30 6 1,15 * *', timezone: 'Europe/Berlin' }],
      [{ kind: 'cron', expression: '0 9-17/2 * * mon-fri', timezone: 'Europe/Berlin' }],
      [{ kind: 'startup', on: 'boot', delay: 0 }],
      [{ kind: 'cron', expression: '@daily', timezone: 'Europe/Berlin' }],
      [{ kind: 'cron', expression: '@hourly', timezone: 'Europe/Berlin' }],
      [{ kind: 'cron', expression: '30 9 * * 1-5', timezone: 'Asia/Shanghai' }],
      [{ kind: 'cron', expression: '10 8 * * *', timezone: 'Asia/Shanghai' }],
    ])
  })

  it('keeps shell, environment, mail address, percent signs and standard input', () => {
    for (const task of tasks) {
      expect(task.action).toMatchObject({
        shell: '/bin/bash',
        env: { PATH: '/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin', MAILTO: 'ops@example.org' },
      })
      expect(task.notes).toBe('Mail to ops@example.org (MAILTO)')
    }
    expect(tasks[1]!.action.command).toContain('etc-$(date +%F).tar.gz')
    expect(tasks[8]!.action.command).toBe('echo "market open $(date -u +%H:%M)"')
    expect(tasks[9]!.action).toMatchObject({ command: 'cat', stdin: 'good morning\nall\n' })
    expect(notes).toEqual([
      'cron mailed output to ops@example.org (MAILTO); the tasks carry that as a note, Belfry sends no mail.',
    ])
  })

  it('marks where each came from', () => {
    expect(tasks[8]!.source).toEqual({
      kind: 'crontab',
      path: '/home/ops/crontab.txt',
      user: null,
      text: '30 9 * * 1-5   echo "market open $(date -u +\\%H:\\%M)"',
      timezone: 'Asia/Shanghai',
      ordinal: 0,
    })
  })

  it('reads the same from a file with Windows line ends and no last line end', () => {
    const other = parseCrontab(fixture.trimEnd().replaceAll('\n', '\r\n'), { ...byHand, path: '/home/ops/crontab.txt' })
    expect(other).toEqual({ found, errors, notes })
  })
})

describe('the time fields', () => {
  it.each([
    ['0 0 * * 7', '0 0 * * 7'],
    ['05 007 1 JAN Mon-FRI', '05 007 1 JAN Mon-FRI'],
    ['0,30 8-18/2,22 */2 jan-mar,dec sun', '0,30 8-18/2,22 */2 jan-mar,dec sun'],
    ['*/100 * * * *', '*/60 * * * *'],
    ['-0 3 * * *', '0 3 * * *'],
    ['0\t3 *\t*  *', '0 3 * * *'],
  ])('%s is read', (fields, expression) => {
    expect(only(`${fields} true`).triggers).toEqual([{ kind: 'cron', expression }])
  })

  it.each([
    ['61 * * * *', 'minute "61": 61 is not within 0 to 59'],
    ['* 24 * * *', 'hour "24": 24 is not within 0 to 23'],
    ['* * 0 * *', 'day of the month "0": 0 is not within 1 to 31'],
    ['* * * 13 *', 'month "13": 13 is not within 1 to 12'],
    ['* * * * 8', 'weekday "8": 8 is not within 0 to 7'],
    ['* 22-4 * * *', 'hour "22-4": the range 22-4 runs backwards, which cron never runs'],
    ['*/0 * * * *', 'minute "*/0": a step of 0'],
    ['5/10 * * * *', 'minute "5/10": a step needs a range or "*" before it'],
    ['*-5 * * * *', 'minute "*-5": "*" is a range already'],
    ['1,,2 * * * *', 'minute "1,,2": a part of the list is empty'],
    ['* * * * monday', 'weekday "monday": "monday" is not a number or a three-letter name'],
    ['* * * mon *', 'month "mon": "mon" is not a number or a three-letter name'],
    ['* * L * *', 'day of the month "L": "L" is not a number'],
    ['? * * * *', 'minute "?": cron does not know "?"'],
    ['0~30 * * * *', 'minute "0~30": cron does not know "0~30"'],
    ['* * * * 1#2', 'weekday "1#2": cron does not know "1#2"'],
    ['0 0 30 2 *', 'the expression never comes: no such date'],
  ])('%s is refused with the reason', (fields, reason) => {
    expect(reasons(`${fields} true`)).toEqual([reason])
  })

  it.each(['yearly', 'annually', 'monthly', 'weekly', 'daily', 'midnight', 'hourly'])('@%s is read', (nickname) => {
    expect(only(`@${nickname} true`).triggers).toEqual([{ kind: 'cron', expression: `@${nickname}` }])
  })

  it('@reboot becomes once per boot', () => {
    expect(only('@reboot true').triggers).toEqual([{ kind: 'startup', on: 'boot', delay: 0 }])
  })

  it('means what cron means by it, whatever the fields', () => {
    fc.assert(
      fc.property(fc.tuple(element(0, 59), element(0, 23), element(1, 31), element(1, 12), element(0, 7)), (texts) => {
        const { found } = parseCrontab(`${texts.join(' ')} true`, byHand)
        const trigger = found[0]?.candidate.triggers[0]
        // What never comes is refused, and rightly.
        if (trigger?.kind !== 'cron') return
        let at = Date.parse('2027-01-30T21:17:00Z')
        for (let count = 0; count < 3; count += 1) {
          const next = nextCron(trigger.expression, 'UTC', at)
          expect(next).toBe(vixieNext(texts, new Date(at))?.getTime())
          if (next === undefined) return
          at = next
        }
      }),
      { numRuns: 150 },
    )
  })
})

describe('environment lines', () => {
  it.each([
    ['FOO=bar', 'FOO', 'bar'],
    ['  FOO  =  bar baz  ', 'FOO', 'bar baz'],
    ['FOO = "  quoted  "', 'FOO', '  quoted  '],
    [`FOO='it "is"'`, 'FOO', 'it "is"'],
    ['"FOO"="x"', 'FOO', 'x'],
    ['FOO=', 'FOO', ''],
    ['FOO=$HOME/x # not a comment', 'FOO', '$HOME/x # not a comment'],
    ['FOO=a=b', 'FOO', 'a=b'],
    ['TZ=Asia/Tokyo', 'TZ', 'Asia/Tokyo'],
  ])('%s is kept as it stands', (line, name, value) => {
    const task = only(`${line}\n* * * * * true`)
    expect(task.action.env).toEqual({ [name]: value })
    expect(task.source.timezone).toBeNull()
  })

  it('hold from their line on', () => {
    const { found } = parseCrontab(
      '1 * * * * a\nX=1\n2 * * * * b\nX=2\nY=3\nCRON_TZ=UTC\n3 * * * * c\nCRON_TZ=\n4 * * * * d',
      byHand,
    )
    expect(found.map(({ candidate }) => candidate.action.env)).toEqual([
      undefined,
      { X: '1' },
      { X: '2', Y: '3' },
      { X: '2', Y: '3' },
    ])
    expect(found.map(({ candidate }) => candidate.source.timezone)).toEqual([null, null, 'UTC', null])
  })

  it('SHELL and HOME say which shell reads the command, and where', () => {
    expect(only('SHELL=/bin/bash\nHOME=/srv/app\n@daily true').action).toMatchObject({
      shell: '/bin/bash',
      cwd: '/srv/app',
      env: { HOME: '/srv/app' },
    })
  })

  it('LOGNAME cannot be changed, as in cron, and that is said', () => {
    expect(only('LOGNAME=bob\n@daily true').action.env).toBeUndefined()
    expect(parseCrontab('LOGNAME=bob', byHand).notes).toEqual([
      'Line 1: LOGNAME stays the name of the user, as in cron; the line was left out.',
    ])
  })

  it('an empty MAILTO is a note too', () => {
    expect(only('MAILTO=""\n@daily true').notes).toBe('No mail (MAILTO was empty)')
  })

  it.each([
    ['CRON_TZ=Mars/Base', 'CRON_TZ: "Mars/Base" is not a time zone that is known here'],
    ['SHELL=bash', 'SHELL: "bash" is not an absolute path'],
    ['HOME=work', 'HOME: "work" is not an absolute path'],
  ])('%s is an error, and so is each entry below until it is mended', (line, reason) => {
    const name = line.split('=')[0]!
    const mended = { CRON_TZ: 'UTC', SHELL: '/bin/sh', HOME: '/' }[name]
    const { found, errors } = parseCrontab(`1 * * * * a\n${line}\n2 * * * * b\n${name}=${mended}\n3 * * * * c`, byHand)
    expect(found.map((item) => item.line)).toEqual([1, 5])
    expect(errors.map((error) => [error.line, error.message])).toEqual([
      [2, reason],
      [3, reason],
    ])
  })

  it('one with an impossible name or text after the closing quote is an error', () => {
    expect(reasons('a.b=1')).toEqual(['"a.b" is not a name for an environment variable'])
    expect(reasons('A= "x" y')).toEqual(['five time fields and a command are needed; the line has 3 words'])
    expect(reasons('A="x" y')).toEqual(['five time fields and a command are needed; the line has 2 words'])
  })
})

describe('percent signs', () => {
  // Recorded from Debian's cron 3.0pl1 by letting it run these.
  it.each([
    ['cat', 'cat', undefined],
    [String.raw`printf '\%s' 'a\\b\%c\nd\x'`, String.raw`printf '%s' 'a\b%c\nd\x'`, undefined],
    [String.raw`cat%one%%t\%wo\\x\%%`, 'cat', 'one\n\nt%wo\\\\x%\n'],
    ['cat%', 'cat', ''],
    ['cat%abc', 'cat', 'abc\n'],
    ['cat%%', 'cat', '\n'],
    [String.raw`echo \\%in`, 'echo \\', 'in\n'],
    ['echo \\', 'echo \\', undefined],
  ])('%s', (text, command, stdin) => {
    expect(splitPercent(text)).toEqual({ command, stdin })
  })
})

describe('system crontabs', () => {
  it('have the user before the command', () => {
    const task = only('25 6\t* * *\twww-data\ttest -x /usr/bin/x && /usr/bin/x --all', system)
    expect(task.action.command).toBe('test -x /usr/bin/x && /usr/bin/x --all')
    expect(task.source).toMatchObject({ kind: 'system-crontab', path: '/etc/crontab', user: 'www-data' })
    expect(only('@reboot root /sbin/thing', system)).toMatchObject({
      source: { user: 'root' },
      action: { command: '/sbin/thing' },
    })
  })

  it('without a command after the user is an error', () => {
    expect(reasons('25 6 * * * root', system)).toEqual(['a system crontab needs a user and a command after the time'])
  })
})

describe('bad lines', () => {
  it.each([
    ['* * * * *', 'five time fields and a command are needed; the line has 5 words'],
    ['hello', 'five time fields and a command are needed; the line has 1 word'],
    ['@daily', 'there is no command after @daily'],
    ['@fortnightly x', '"@fortnightly" is not a nickname that cron knows'],
    ['* * * * * a\0b', 'must not have a NUL character'],
    [`* * * * * ${'x'.repeat(150_000)}`, 'the line has more than 10000 characters'],
    [`* * * * * ${'x'.repeat(5_000_000)}`, 'the line has more than 10000 characters'],
    ['* * * * * %in', 'the command is empty'],
  ])('%# is named and the rest goes on', (line, reason) => {
    const { found, errors } = parseCrontab(`1 * * * * a\n${line}\n2 * * * * b\n`, byHand)
    expect(found.map((item) => item.line)).toEqual([1, 3])
    expect(errors).toMatchObject([
      { line: 2, text: line.length > 1000 ? `${line.slice(0, 999)}…` : line, message: reason },
    ])
  })

  it('never throw, and each line is a task, an environment line or an error', () => {
    const line = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('*', '@', '%', '\\', '=', '"', '#', ' ', '\t').chain((c) => fc.string().map((s) => c + s)),
      fc
        .array(fc.constantFrom('*', '1-5', '*/2', 'mon', '@daily', 'A=b', '"', 'root', 'x%y\\%', 'CRON_TZ=x', '='), {
          maxLength: 9,
        })
        .map((w) => w.join(' ')),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.constantFrom(byHand, system), (lines, options) => {
        const text = lines.join('\n')
        const meant = text
          .split('\n')
          .map((each) => each.replace(/^\uFEFF/, '').trim())
          .filter((each) => each !== '' && !each.startsWith('#'))
        const { found, errors } = parseCrontab(text, options)
        const accounted = new Set([...found.map((item) => item.line), ...errors.map((error) => error.line)])
        expect(accounted.size).toBe(found.length + errors.length)
        const assignments = meant.filter((each) => readAssignment(each) !== undefined).length
        const refusedAssignments = errors.filter((error) => readAssignment(error.text) !== undefined).length
        expect(accounted.size + assignments - refusedAssignments).toBe(meant.length)
      }),
      { numRuns: 500 },
    )
  })
})

describe('equal entries', () => {
  it('are told apart by their order, and found again wherever the lines move', () => {
    const before = parseCrontab('1 * * * * a\n2 * * * * b\n1 * * * * a\n', byHand)
    const after = parseCrontab('# moved\n\n2 * * * * b\n1 * * * * a\n1 * * * * a\n', byHand)
    const sources = (parsed: typeof before) => parsed.found.map((item) => JSON.stringify(item.candidate.source)).sort()
    expect(before.found.map((item) => item.candidate.source.ordinal)).toEqual([0, 0, 1])
    expect(sources(after)).toEqual(sources(before))
  })
})

/** One field's text as a crontab may have it. */
function element(low: number, high: number): fc.Arbitrary<string> {
  const number = fc.integer({ min: low, max: high })
  const range = fc.tuple(number, number).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`)
  const step = fc.integer({ min: 1, max: high + 3 })
  const single = fc.oneof(
    number.map(String),
    range,
    fc.tuple(range, step).map(([text, by]) => `${text}/${by}`),
  )
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    step.map((by) => `*/${by}`),
    fc.array(single, { minLength: 1, maxLength: 3 }).map((list) => list.join(',')),
    fc.tuple(fc.constant('*'), single).map((list) => list.join(',')),
  )
}

/** Vixie's cron by its book (entry.c, cron.c): bit sets, and either day field once both are restricted. */
function vixieNext(texts: readonly string[], after: Date): Date | undefined {
  const bounds = [
    [0, 59],
    [0, 23],
    [1, 31],
    [1, 12],
    [0, 7],
  ] as const
  const sets = texts.map((text, index) => {
    const set = new Set<number>()
    for (const part of text.split(',')) {
      const [range = '', step = '1'] = part.split('/')
      const [from = 0, to = from] = range === '*' ? bounds[index]! : range.split('-').map(Number)
      for (let value = from; value <= to; value += Number(step)) set.add(index === 4 ? value % 7 : value)
    }
    return set
  })
  const [minutes, hours, days, months, weekdays] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ]
  const either = !texts[2]!.startsWith('*') && !texts[4]!.startsWith('*')
  const day = new Date(after)
  day.setUTCHours(0, 0, 0, 0)
  for (let count = 0; count < 366 * 41; count += 1) {
    const byDay = days.has(day.getUTCDate())
    const byWeekday = weekdays.has(day.getUTCDay())
    if (months.has(day.getUTCMonth() + 1) && (either ? byDay || byWeekday : byDay && byWeekday)) {
      for (let minute = 0; minute < 1440; minute += 1) {
        const at = new Date(day.getTime() + minute * 60_000)
        if (at > after && minutes.has(minute % 60) && hours.has(Math.floor(minute / 60))) return at
      }
    }
    day.setUTCDate(day.getUTCDate() + 1)
  }
  return undefined
}
