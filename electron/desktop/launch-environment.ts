/** What Electron adds to its own environment on Linux; a graphical command would take it for the operator's. */
const added = ['CHROME_DESKTOP', 'GDK_BACKEND', 'ORIGINAL_XDG_CURRENT_DESKTOP']

type Environment = Readonly<Record<string, string | undefined>>

/** The operator's environment: the current one without what Electron added and with what it replaced. */
export function launchEnvironment(current: Environment): Environment {
  const kept = Object.entries(current).filter(([name]) => !added.includes(name))
  const desktop = current['ORIGINAL_XDG_CURRENT_DESKTOP']
  return { ...Object.fromEntries(kept), ...(desktop === undefined ? {} : { XDG_CURRENT_DESKTOP: desktop }) }
}
