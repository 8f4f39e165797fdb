/** What is valid, and yet hardly meant: it is saved, and said. */
import { chmod } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeFolder, startHost, temporaryFolder, type TestHost } from '../support/host'

describe('a doubtful task', () => {
  let host: TestHost
  let open: string
  beforeAll(async () => {
    host = await startHost()
    open = await temporaryFolder()
    await chmod(open, 0o777)
  })
  afterAll(async () => {
    expect(await host.stop()).toEqual({ code: 0, signal: null })
    await removeFolder(host.home)
    await removeFolder(open)
  })

  it.each<[string, () => string[], RegExp]>([
    [
      'in a zone with another name',
      () => ['--cron', '0 0 * * *', '--timezone', 'US/Eastern'],
      /^warning: US\/Eastern is another name of America\/New_York\. \(triggers\.0\.timezone\)\n$/,
    ],
    [
      'that is over',
      () => ['--at', '2020-01-01T00:00:00Z'],
      /^warning: It will not come any more\. \(triggers\.0\.at\)\n$/,
    ],
    [
      'that is rare',
      () => ['--cron', '0 0 29 2 +1'],
      /^warning: .* less than once a year: .* \(triggers\.0\.expression\)\n$/,
    ],
    [
      'whose triggers meet',
      () => ['--every', '1s', '--every', '2s'],
      /^warning: Triggers 1 and 2 meet .* \(triggers\)\n$/,
    ],
    [
      'that others may start',
      () => ['--watch', open],
      /^warning: .* may be changed by everybody .* \(triggers\.0\.paths\.0\)\n$/,
    ],
    ['with nothing to say of it', () => ['--cron', '0 0 * * *'], /^$/],
  ])('%s is made, with a word on stderr', async (name, flags, words) => {
    const { code, stdout, stderr } = await host.belfry(['add', '--name', name, '--command', 'true', ...flags()])
    expect(stderr).toMatch(words)
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining(name) as string })
  })

  it('is warned of when it is changed, too, and its JSON says it all', async () => {
    await host.json(['add', '--name', 'changed', '--command', 'true'])
    const { code, stdout, stderr } = await host.belfry(['edit', 'changed', '--cron', '0 0 0 1 1 * 2020', '--json'])
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'warning: It will not come any more. (triggers.0.expression)\n',
    })
    expect(JSON.parse(stdout)).toMatchObject({
      scheduleWarnings: [{ field: 'triggers.0.expression', warning: { code: 'spent', trigger: 0 } }],
    })
  })
})
