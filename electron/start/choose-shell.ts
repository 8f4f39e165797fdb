/** Which shell `npm start` starts. Pure. */

export type ElectronFound = { readonly executable: string } | { readonly problem: string }

export interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly root: boolean
  /** Linux: whether a process of this user may make user namespaces, which is what Chromium's sandbox is made of. */
  readonly userNamespaces: boolean
  /** Asked for on the command line. */
  readonly headless: boolean
  /** Undefined: not looked for yet, since that may take a minute. */
  readonly electron: ElectronFound | undefined
  /** Linux: chrome-sandbox beside the binary belongs to root and is setuid. */
  readonly setuidSandbox: boolean
}

export type Choice =
  | { readonly shell: 'tray'; readonly executable: string }
  | { readonly shell: 'headless'; readonly reason: string }
  | { readonly shell: 'undecided' }

/** `undecided`: all depends on Electron; look for it and ask again. */
export function chooseShell(seen: Surroundings): Choice {
  const headless = (reason: string): Choice => ({ shell: 'headless', reason })
  const linux = seen.platform !== 'darwin' && seen.platform !== 'win32'
  if (seen.headless) return headless('it was asked for')
  if (linux && !seen.env['DISPLAY'] && !seen.env['WAYLAND_DISPLAY']) return headless('no display (DISPLAY is not set)')
  if (linux && seen.root) return headless('no usable sandbox (Electron has none for root)')
  if (!seen.electron) return { shell: 'undecided' }
  if ('problem' in seen.electron) return headless(`no Electron binary (${seen.electron.problem})`)
  if (linux && !seen.userNamespaces && !seen.setuidSandbox) {
    return headless('no usable sandbox (users may not make namespaces here, and chrome-sandbox is not setuid root)')
  }
  return { shell: 'tray', executable: seen.electron.executable }
}
