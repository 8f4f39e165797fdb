/** Tasks that events start, in the real process: files, other tasks, the host's own start, also over its violent death. */
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Run } from '@shared/model/run'
import type { TaskView } from '@shared/model/task'
import { watchEnds } from '../support/ended-runs'
import { removeFolder, startHost, temporaryFolder, type TestHost } from '../support/host'
import { until } from '../support/until'

let host: TestHost
let folder: string

beforeEach(async () => {
  folder = await temporaryFolder()
  host = await startHost()
})
afterEach(async () => {
  await host.stop()
  await removeFolder(host.home)
  await removeFolder(folder)
})

const runsOf = async (task: string): Promise<Run[]> =>
  (await host.json<{ items: Run[] }>(['runs', '--task', task])).items.reverse()

/** Once so many runs of the task have ended. */
const endedRuns = (task: string, count: number): Promise<Run[]> =>
  until(`run ${count} of ${task}`, async () => {
    const runs = await runsOf(task)
    return runs.filter(({ finishedAt }) => finishedAt !== null).length >= count && runs
  })

describe('a task that waits for files', () => {
  it('runs once for several, when they are quiet, and is told which', async () => {
    const ends = await watchEnds(host.home)
    const made = await host.belfry([
      ...['add', '--name', 'inbox', '--watch', folder, '--settle', '500ms'],
      ...['--command', `printf '%s' "$BELFRY_PARAM_PATHS" > ${folder}/own`],
    ])
    expect([made.code, made.stderr]).toEqual([0, ''])
    await writeFile(join(folder, 'a b'), '')
    await writeFile(join(folder, "c'd"), '')
    const [first] = await ends.until((ended) => ended.length === 1)
    expect(first).toMatchObject({
      status: 'succeeded',
      triggeredBy: 'watch',
      parameters: { paths: [join(folder, 'a b'), join(folder, "c'd")], pathCount: 2 },
    })
    // A file's time lags by a tick or two of the kernel, and what was written that soon after the run counts as its own.
    await until('the file system to have seen the end', async () => {
      await writeFile(`${folder}-probe`, '')
      return (await stat(`${folder}-probe`)).ctimeMs > Date.parse(first?.finishedAt ?? '') + 50
    })
    await rm(`${folder}-probe`)
    await writeFile(join(folder, 'later'), '')
    const both = await ends.until((ended) => ended.length === 2)
    // What it wrote itself has not started it in between, and is none of the news.
    expect(both[1]?.parameters).toEqual({ paths: [join(folder, 'later')], pathCount: 1 })
    await ends.close()
    const { stdout } = await host.belfry(['show', 'inbox'])
    expect(stdout).toContain(`When ${folder} changes`)
  })

  it('says that its folder is gone, and that it is back', async () => {
    const inbox = join(folder, 'inbox')
    await mkdir(inbox)
    await host.json<TaskView>(['add', '--name', 'inbox', '--watch', inbox, '--command', 'true'])
    await rename(inbox, `${inbox}-away`)
    const warned = () => host.belfry(['show', 'inbox']).then(({ stdout }) => stdout.includes('is gone'))
    await until('the warning', warned)
    await rename(`${inbox}-away`, inbox)
    await until('the end of the warning', async () => !(await warned()))
  })

  it('is not made where there is nothing, with the field and the reason', async () => {
    const { code, stderr } = await host.belfry(['add', '--name', 'x', '--watch', '/no/where', '--command', 'true'])
    expect(code).not.toBe(0)
    expect(stderr).toContain('triggers.0.paths.0')
    expect(stderr).toContain('"/no/where" is not there')
    expect(await host.json(['ls'])).toMatchObject({ items: [] })
  })
})

describe('a task that runs after another', () => {
  it('goes down a chain by the results, and shows whom it follows', async () => {
    await host.json(['add', '--name', 'one', '--command', `echo '::result {"n": 1}'`])
    await host.json([
      'add',
      '--name',
      'two',
      '--after',
      'one',
      '--command',
      `echo "::result {\\"n\\": 2$BELFRY_PARAM_N}"`,
    ])
    await host.json(['add', '--name', 'bad', '--after', 'two', '--command', 'test "$BELFRY_PARAM_N" = 1'])
    await host.json(['add', '--name', 'mourner', '--after', 'bad', '--on', 'failure', '--command', 'true'])
    await host.json(['run', 'one'])
    const [mourner] = await endedRuns('mourner', 1)
    const [bad] = await runsOf('bad')
    expect(bad).toMatchObject({ status: 'failed', parameters: { n: 21 } })
    expect(mourner).toMatchObject({ status: 'succeeded', scheduledAt: bad?.finishedAt, event: { id: bad?.id } })
    expect((await host.belfry(['show', 'mourner'])).stdout).toContain('After “bad” fails')
  })

  it('is refused in a circle, by name', async () => {
    await host.json(['add', '--name', 'one', '--command', 'true'])
    await host.json(['add', '--name', 'two', '--after', 'one', '--command', 'true'])
    const { code, stderr } = await host.belfry(['edit', 'one', '--after', 'two'])
    expect(code).not.toBe(0)
    expect(stderr).toContain('the tasks would start each other for ever: "one" runs after "two" runs after "one"')
  })

  it('runs once for a run that died with its host, however often the host starts again', async () => {
    await host.json(['add', '--name', 'long', '--command', 'sleep 1000'])
    await host.json(['add', '--name', 'after', '--after', 'long', '--on', 'finish', '--command', 'true'])
    await host.json(['add', '--name', 'never', '--after', 'long', '--command', 'true'])
    await host.json(['run', 'long'])
    await until('the long run', async () => (await runsOf('long'))[0]?.status === 'running')
    for (let starts = 0; starts < 2; starts++) {
      await host.stop('SIGKILL')
      host = await startHost({ home: host.home })
      const [cause] = await runsOf('long')
      expect(cause?.status).toBe('interrupted')
      const runs = await endedRuns('after', 1)
      expect(runs).toMatchObject([{ triggeredBy: 'after', event: { id: cause?.id }, scheduledAt: cause?.finishedAt }])
    }
    expect(await runsOf('never')).toEqual([])
  })
})

it('a task of the start runs at each start of the host, one of the boot not again in the same boot', async () => {
  await host.json(['add', '--name', 'host', '--startup', 'host', '--command', 'true'])
  await host.json(['add', '--name', 'boot', '--startup', 'boot', '--command', 'true'])
  for (let starts = 1; starts <= 2; starts++) {
    await host.stop()
    host = await startHost({ home: host.home })
    await endedRuns('host', starts)
  }
  expect(await runsOf('host')).toHaveLength(2)
  expect(await runsOf('boot')).toEqual([])
})
