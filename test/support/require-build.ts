import { existsSync } from 'node:fs'
import { builtCli } from './paths'

/** The host and the page under test are the built ones; says so instead of failing in every test. */
export default function requireBuild(): void {
  if (!existsSync(builtCli)) throw new Error(`${builtCli} does not exist: run "npm run build" first, or "npm test"`)
}
