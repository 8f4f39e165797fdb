// node run-ts.mjs FILE.ts ARGUMENTS…: runs a TypeScript program in a plain Node process, as a host's process is one.
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

await runnerImport(process.argv[2] ?? '', {
  configFile: false,
  logLevel: 'error',
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: { alias: { '@shared': fileURLToPath(new URL('../../shared', import.meta.url)) } },
})
