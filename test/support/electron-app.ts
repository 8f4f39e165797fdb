import { _electron, type ElectronApplication } from 'playwright'
import { projectRoot } from './paths'

export interface AppOptions {
  /** BELFRY_HOME. */
  readonly home: string
  /** As `--hidden`. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** The Electron that `npm test` found; says how to get there when a test is run alone. */
export function electronBinary(): string {
  const binary = process.env.BELFRY_TEST_ELECTRON
  if (!binary) throw new Error('no Electron: run "npm test -- desktop", which finds one and starts a desktop for it')
  return binary
}

/** Chromium's sandbox refuses to run as root. */
export const electronFlags: readonly string[] = process.getuid?.() === 0 ? ['--no-sandbox'] : []

/** Starts the real tray app on a folder of its own. Its profile is in that folder too. */
export async function launchApp(options: AppOptions): Promise<ElectronApplication> {
  return _electron.launch({
    executablePath: electronBinary(),
    cwd: projectRoot,
    args: [...electronFlags, projectRoot, ...(options.args ?? [])],
    env: appEnvironment(options),
  })
}

/** For starting the app again beside itself. */
export function appEnvironment({ home, env }: Pick<AppOptions, 'home' | 'env'>): Record<string, string> {
  const inherited = Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return { ...Object.fromEntries(inherited), BELFRY_HOME: home, ...env }
}
