import { chmod, mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { prepareDataFolder, quote, resolveDataFolder } from '../../electron/host/store/data-folder'
import { faultyFiles } from '../support/faulty-files'
import { files } from '../support/store-ports'
import { tempFolder } from '../support/temp-folder'

describe('the data folder', () => {
  const home = '/home/ann'
  const cases: readonly (readonly [NodeJS.Platform, Record<string, string>, string, string])[] = [
    ['linux', {}, home, '/home/ann/.local/share/belfry'],
    ['linux', { XDG_DATA_HOME: '/data' }, home, '/data/belfry'],
    ['linux', { XDG_DATA_HOME: '' }, home, '/home/ann/.local/share/belfry'],
    ['linux', { XDG_DATA_HOME: 'relative' }, home, '/home/ann/.local/share/belfry'],
    ['linux', { XDG_DATA_HOME: '/data', BELFRY_HOME: '/b' }, home, '/b'],
    ['linux', { BELFRY_HOME: '/b/../c/' }, home, '/c'],
    ['linux', { BELFRY_HOME: '' }, home, '/home/ann/.local/share/belfry'],
    ['freebsd', {}, home, '/home/ann/.local/share/belfry'],
    ['darwin', { XDG_DATA_HOME: '/data' }, '/Users/ann', '/Users/ann/Library/Application Support/Belfry'],
    ['darwin', { BELFRY_HOME: '/b' }, '/Users/ann', '/b'],
    ['win32', { LOCALAPPDATA: 'D:\\Local' }, 'C:\\Users\\ann', 'D:\\Local\\Belfry'],
    ['win32', {}, 'C:\\Users\\ann', 'C:\\Users\\ann\\AppData\\Local\\Belfry'],
    ['win32', { BELFRY_HOME: 'E:/b' }, 'C:\\Users\\ann', 'E:\\b'],
  ]
  it.each(cases)('on %s with %j and home %s is %s', (platform, env, at, path) => {
    expect(resolveDataFolder(env, platform, at)).toBe(path)
  })

  it('counts from the working folder where BELFRY_HOME is relative', () => {
    expect(resolveDataFolder({ BELFRY_HOME: 'x' }, process.platform, home)).toBe(join(process.cwd(), 'x'))
  })

  it('is made, with its parents, for its owner only', async () => {
    const folder = join(await tempFolder(), 'a', 'b')
    await prepareDataFolder(files, folder)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    await prepareDataFolder(files, folder)
  })

  it.each([0o755, 0o701, 0o770, 0o740])('is refused with mode %i, with the command that mends it', async (mode) => {
    const folder = join(await tempFolder(), "it's here")
    await mkdir(folder)
    await chmod(folder, mode)
    await expect(prepareDataFolder(files, folder)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining(`chmod 700 ${quote(folder)}`),
    })
    expect((await stat(folder)).mode & 0o777).toBe(mode)
  })

  it('is refused where it is everybody’s, without a word of closing it', async () => {
    const folder = await tempFolder()
    await chmod(folder, 0o1777)
    const refused = prepareDataFolder(files, folder)
    await expect(refused).rejects.toMatchObject({ code: 'INVALID', message: expect.not.stringContaining('chmod') })
  })

  it('is refused where there is a file', async () => {
    const path = join(await tempFolder(), 'file')
    await writeFile(path, '')
    await expect(prepareDataFolder(files, path)).rejects.toMatchObject({ code: 'INVALID' })
    await expect(prepareDataFolder(files, join(path, 'below'))).rejects.toMatchObject({ code: 'INVALID' })
  })

  it('is refused where it is another user’s', async () => {
    const folder = await tempFolder()
    const others: typeof files = {
      ...files,
      stat: (async () => ({ mode: 0o40700, uid: (process.getuid?.() ?? 0) + 1 })) as unknown as typeof files.stat,
    }
    await expect(prepareDataFolder(others, folder)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('another user'),
    })
  })

  it('that cannot be made is a storage error', async () => {
    const faulty = faultyFiles()
    faulty.plan({ at: 0, code: 'ENOSPC' })
    await expect(prepareDataFolder(faulty.files, join(await tempFolder(), 'x'))).rejects.toMatchObject({
      code: 'STORAGE',
    })
  })
})

describe('a path for a shell', () => {
  it.each([
    ['/home/ann/.local/share/belfry', '/home/ann/.local/share/belfry'],
    ['/a b', "'/a b'"],
    ["/it's", `'/it'\\''s'`],
    ['/$HOME', "'/$HOME'"],
  ])('%s is written %s', (path, quoted) => expect(quote(path)).toBe(quoted))
})
