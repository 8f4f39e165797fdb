/**
 * `npm test`: everything, on any machine with Node and npm.
 *   npm test                      all suites
 *   npm test -- unit host         some of them: unit, host, ui, desktop
 *   npm test -- ui editor         one, and in it what matches
 *   npm test -- screenshots       takes the README's pictures anew
 * What a suite needs and does not find is installed where that may be done. A suite that cannot run fails.
 */
import process from 'node:process'
import { findElectron } from './support/electron-runtime.mjs'
import { run, runSuite, suites } from './support/suites.mjs'
import { ensureSystemPackages } from './support/system-packages.mjs'

const args = process.argv.slice(2)
const asked = args.filter((arg) => arg in suites)
const filters = args.filter((arg) => !(arg in suites))
if (filters.length > 0 && asked.length !== 1) {
  console.error(`npm test: ${filters.join(' ')} is no suite; there are ${Object.keys(suites).join(', ')}`)
  process.exit(2)
}
const chosen = Object.keys(suites).filter((name) =>
  asked.length === 0 ? !suites[name]?.onRequest : asked.includes(name),
)

// Tests bring their own data folder; nothing of the operator's may leak in, or out.
/** @type {NodeJS.ProcessEnv} */
const env = { ...process.env, LC_ALL: 'C.UTF-8', LANGUAGE: 'en' }
delete env.BELFRY_HOME

const say = (/** @type {string} */ line) => console.log(`npm test: ${line}`)
const broken = await prepare()
const totals = {
  passed: 0,
  failed: /** @type {string[]} */ ([]),
  skipped: /** @type {import('./support/suites.mjs').Skipped[]} */ ([]),
}
const table = []
for (const name of chosen) {
  const reason = broken.get(name)
  const started = performance.now()
  say(reason ? `${name}: cannot run` : name)
  const counts = reason
    ? { passed: 0, failed: [`the ${name} suite cannot run: ${reason}`], skipped: [] }
    : await runSuite(name, { filters, env })
  totals.passed += counts.passed
  totals.failed.push(...counts.failed)
  totals.skipped.push(...counts.skipped)
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  table.push(`${name.padEnd(8)} ${summary(counts)}  (${seconds} s)`)
}

console.log()
for (const { name, reason } of totals.skipped) console.log(`skipped: ${name}: ${reason}`)
for (const name of totals.failed) console.log(`failed: ${name}`)
for (const line of table) console.log(line)
console.log(summary(totals))
process.exitCode = totals.failed.length > 0 ? 1 : 0

/** @returns {Promise<Map<string, string>>} suites that cannot run, with what to do */
async function prepare() {
  /** @type {Map<string, string>} */
  const reasons = new Map()
  const fail = (/** @type {(name: string) => boolean} */ concerns, /** @type {unknown} */ error) => {
    const reason = error instanceof Error ? error.message : String(error)
    console.error(`npm test: ${reason}`)
    for (const name of chosen) if (concerns(name) && !reasons.has(name)) reasons.set(name, reason)
  }
  const wants = (/** @type {'build' | 'electron'} */ need) => (/** @type {string} */ name) =>
    suites[name]?.needs.has(need) ?? false

  const lacking = ensureSystemPackages(chosen, say)
  if (lacking) fail((name) => lacking.suites.includes(name), lacking.advice)
  if (chosen.some(wants('electron'))) {
    try {
      const { executable, folder } = await findElectron(say)
      Object.assign(env, { BELFRY_TEST_ELECTRON: executable, ELECTRON_OVERRIDE_DIST_PATH: folder })
    } catch (error) {
      fail(wants('electron'), error)
    }
  }
  if (chosen.some(wants('build'))) {
    const ended = await run('npm', ['run', '--silent', 'build'], env)
    if (ended !== 'exit code 0') fail(wants('build'), `the build failed (${ended}), see above`)
  }
  return reasons
}

/** @param {import('./support/suites.mjs').Counts} counts */
function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`
}
