/** `npm run bench`: builds, then measures the real headless host. Runs bench.ts as it is, without a build of its own. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const at = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url))

const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: at('../..'), stdio: 'inherit' })
if (status !== 0) process.exit(1)
const { module } = await runnerImport(at('bench.ts'), {
  configFile: false,
  logLevel: 'error',
  resolve: { alias: { '@shared': at('../../shared') } },
})
await module.bench()
