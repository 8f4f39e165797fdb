import { fileURLToPath } from 'node:url'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** The folder of package.json. */
export const projectRoot = at('../..')
/** What package.json's `bin.belfry` points at. */
export const builtCli = at('../../out/main/cli.js')
/** The built tray app's main module. */
export const builtMain = at('../../out/main/main.js')
