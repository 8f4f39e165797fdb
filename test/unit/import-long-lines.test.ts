import { describe, expect, it } from 'vitest'
import { parseCrontab } from '../../electron/host/import/crontab'
import { readAssignment } from '../../electron/host/import/crontab-environment'
import { readRunParts } from '../../electron/host/import/run-parts'
import { taskName } from '../../electron/host/import/task-name'

/** So many that reading in squares of them takes minutes, and reading in one go a few milliseconds. */
const many = 200_000
const spaces = ' '.repeat(many)
const repeated = (text: string) => text.repeat(many / text.length)

describe('however a line is made, reading it takes no longer than its length', () => {
  it.each<[string, (line: string) => unknown, string]>([
    ['a name out of spaces', taskName, `echo${spaces}c`],
    ['a name out of tabs before a redirection', taskName, `echo${'\t'.repeat(many)}>c`],
    ['a name out of redirections', taskName, `echo ${repeated('>a1')}`],
    ['a name out of assignments', taskName, `${repeated('A=b ')}"`],
    ['a name out of options', taskName, `${repeated('ionice -c -c ')}"`],
    ['a name out of slashes', taskName, repeated('/')],
    ['a name out of quotes', taskName, repeated(`'"`)],
    ['an assignment with spaces within', readAssignment, `A=b${spaces}c`],
    ['an assignment with spaces after', readAssignment, `A=b${spaces}`],
    ['an assignment without an end', readAssignment, `A="b${spaces}`],
    ['no assignment, of spaces', readAssignment, `A${spaces}b`],
    ['no assignment, of names', readAssignment, 'A'.repeat(many)],
    ['a call of run-parts with spaces', readRunParts, `run-parts /x${spaces}|`],
    ['a call of run-parts with redirections', readRunParts, `run-parts /x ${repeated('>a')}|`],
    ['a call of run-parts with numbered redirections', readRunParts, `run-parts /x ${repeated('>a1 ')}|`],
    ['a call of run-parts with brackets', readRunParts, `run-parts /x >a${repeated(')')}|`],
    ['a call of run-parts with words', readRunParts, `run-parts${repeated(' /x')}|`],
    ['a call of run-parts with slashes', readRunParts, `run-parts ${repeated('/')}x`],
    ['a call of run-parts after a test', readRunParts, `test ${repeated('-x ')}`],
  ])('%s', (_name, read, line) => {
    const began = performance.now()
    read(line)
    expect(performance.now() - began).toBeLessThan(1000)
  })
})

describe('a line of more than 10,000 characters', () => {
  it.each([
    ['an entry', `* * * * * echo ${'x'.repeat(10_000)}`],
    ['an environment line', `PATH=${'x'.repeat(10_000)}`],
  ])('(%s) is refused by its number, and the rest goes on', (_name, line) => {
    const { found, errors } = parseCrontab(`1 * * * * a\n${line}\n# ${line}\n2 * * * * b`, {
      kind: 'crontab',
      path: null,
      user: null,
      system: false,
    })
    expect(found.map((item) => item.line)).toEqual([1, 4])
    expect(errors).toMatchObject([{ line: 2, message: 'the line has more than 10000 characters' }])
  })

  it('is one too many: 10,000 are taken', () => {
    const entry = '* * * * * echo '.padEnd(10_000, 'x')
    const { found, errors } = parseCrontab(entry, { kind: 'crontab', path: null, user: null, system: false })
    expect(errors).toEqual([])
    expect(found).toHaveLength(1)
  })
})
