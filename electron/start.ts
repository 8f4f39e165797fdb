/** `npm start`: the tray app where there is a display, an Electron and a sandbox, else the headless host; says which and why. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { runCli } from './cli/run-cli'
import { systemTerminal } from './cli/terminal'
import { chooseShell, type Choice, type Surroundings } from './start/choose-shell'
import { findElectron } from './start/find-electron'
import { canMakeUserNamespaces, hasSetuidSandbox } from './start/sandbox'

const [first, ...others] = process.argv.slice(2)
const headless = first === '--headless'
const rest = headless || first === undefined ? others : [first, ...others]

process.exitCode = await start()

async function start(): Promise<number> {
  const choice = await choose()
  if (choice.shell !== 'tray') {
    console.log(`Starting headless: ${choice.shell === 'headless' ? choice.reason : 'no Electron'}.`)
    return runCli(['serve', ...rest], systemTerminal())
  }
  console.log('Starting in the tray.')
  return startTray(choice.executable)
}

async function choose(): Promise<Choice> {
  const { platform, env } = process
  const before: Surroundings = {
    platform,
    env,
    root: process.getuid?.() === 0,
    userNamespaces: false,
    headless,
    electron: undefined,
    setuidSandbox: false,
  }
  const early = chooseShell(before)
  if (early.shell !== 'undecided') return early
  const electron = await findElectron(env, (line) => console.log(line))
  return chooseShell({
    ...before,
    electron,
    userNamespaces: platform !== 'linux' || (await canMakeUserNamespaces()),
    setuidSandbox: 'executable' in electron && hasSetuidSandbox(electron.executable),
  })
}

function startTray(executable: string): Promise<number> {
  const project = join(import.meta.dirname, '..', '..')
  const child = spawn(executable, [project, ...rest], { stdio: 'inherit' })
  // Ctrl-C reaches the child by itself, as it is in the terminal's group; a stop of this process is passed on.
  process.on('SIGINT', () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`Electron cannot be started: ${error.message}`)
      resolve(1)
    })
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
