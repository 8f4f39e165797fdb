/** The Electron binary to start, fetched when it is not there yet. */
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { messageOf } from '@shared/errors'
import type { ElectronFound } from './choose-shell'

const execute = promisify(execFile)
const fetchLimit = 60_000
const probeLimit = 20_000

/** @param say told before something takes long */
export async function findElectron(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<ElectronFound> {
  const found = await locate(env, say)
  return 'problem' in found ? found : ((await whyItDoesNotRun(found.executable, env)) ?? found)
}

async function locate(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<ElectronFound> {
  const override = env['ELECTRON_OVERRIDE_DIST_PATH']
  if (override) {
    const executable = join(override, nameOfBinary())
    return existsSync(executable)
      ? { executable }
      : { problem: `ELECTRON_OVERRIDE_DIST_PATH is ${override}, which holds none` }
  }
  let home: string
  try {
    home = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  } catch {
    return { problem: 'the electron package is not installed; npm ci brings it' }
  }
  const executable = join(home, 'dist', nameOfBinary())
  if (isInstalled(home, executable)) return { executable }
  say('Fetching Electron (for a minute at most)…')
  try {
    await execute(process.execPath, [join(home, 'install.js')], { timeout: fetchLimit, killSignal: 'SIGKILL', env })
    return { executable }
  } catch (error) {
    const killed = typeof error === 'object' && error !== null && 'killed' in error && error.killed === true
    return { problem: killed ? 'fetching it took more than 60 s' : 'it could not be fetched' }
  }
}

/** The package writes path.txt last, once everything is unpacked. */
function isInstalled(home: string, executable: string): boolean {
  try {
    return readFileSync(join(home, 'path.txt'), 'utf8') !== '' && existsSync(executable)
  } catch {
    return false
  }
}

function nameOfBinary(): string {
  switch (process.platform) {
    case 'darwin':
      return 'Electron.app/Contents/MacOS/Electron'
    case 'win32':
      return 'electron.exe'
    default:
      return 'electron'
  }
}

/** As plain Node it needs neither display nor sandbox, but all of its libraries. */
async function whyItDoesNotRun(executable: string, env: NodeJS.ProcessEnv): Promise<ElectronFound | undefined> {
  try {
    await execute(executable, ['-e', '0'], { timeout: probeLimit, env: { ...env, ELECTRON_RUN_AS_NODE: '1' } })
    return undefined
  } catch (error) {
    const library = /while loading shared libraries: ([^:\s]+)/.exec(messageOf(error))?.[1]
    return {
      problem: library === undefined ? `${executable} does not run` : `it needs ${library}, which is not installed`,
    }
  }
}
