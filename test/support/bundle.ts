import { join } from 'node:path'
import { build } from 'vite'
import { projectRoot } from './paths'

/**
 * Makes one plain JavaScript module of a TypeScript one, so that a test can start it as a process of its own.
 * @param entry from the project's root
 * @returns the module's path, in `folder`
 */
export async function bundle(entry: string, folder: string): Promise<string> {
  await build({
    root: projectRoot,
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { '@shared': join(projectRoot, 'shared') } },
    ssr: { noExternal: true },
    build: {
      ssr: entry,
      outDir: folder,
      emptyOutDir: false,
      target: 'node20.18',
      rollupOptions: { output: { entryFileNames: 'bundle.mjs', codeSplitting: false } },
    },
  })
  return join(folder, 'bundle.mjs')
}
