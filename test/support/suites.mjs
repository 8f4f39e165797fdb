/**
 * The suites of `npm test`: how each is run, and how its runner's JSON report is counted.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const results = path.join(root, 'test-results')
const limitMinutes = 15

/**
 * @typedef {{ name: string, reason: string }} Skipped
 * @typedef {{ passed: number, failed: string[], skipped: Skipped[] }} Counts `failed` holds names
 * @typedef {{ needs: ReadonlySet<'build' | 'electron'>, command: readonly string[], count: (report: any) => Counts, onRequest?: true }} Suite `onRequest`: only when it is named
 */

const vitest = (/** @type {string} */ project) => [
  'node_modules/vitest/vitest.mjs',
  'run',
  `--project=${project}`,
  '--reporter=default',
  '--reporter=test/support/vitest-counts.ts',
]

const playwright = (/** @type {string} */ folder) => [
  'node_modules/playwright/cli.js',
  'test',
  `--config=${folder}`,
  '--reporter=list,json',
]

/** In the order in which they run. Vitest's reporter is ours (vitest-counts.ts) and has counted already. @type {Readonly<Record<string, Suite>>} */
export const suites = {
  unit: { needs: new Set(), command: vitest('unit'), count: (report) => report },
  host: { needs: new Set(['build']), command: vitest('host'), count: (report) => report },
  ui: { needs: new Set(['build']), command: playwright('test/ui'), count: countPlaywright },
  desktop: {
    needs: new Set(['build', 'electron']),
    command: ['test/support/desktop-session.mjs', process.execPath, ...playwright('test/desktop')],
    count: countPlaywright,
  },
  // The README's pictures.
  screenshots: {
    needs: new Set(['build', 'electron']),
    command: ['test/support/desktop-session.mjs', process.execPath, ...playwright('test/screenshots')],
    count: countPlaywright,
    onRequest: true,
  },
}

/**
 * Runs one suite to its end, its output shown as it comes.
 * @param {string} name
 * @param {{ filters: readonly string[], env: NodeJS.ProcessEnv }} options `filters` go to the runner
 * @returns {Promise<Counts>} a runner that fails for another reason than a test counts as one failure more
 */
export async function runSuite(name, { filters, env }) {
  const suite = suites[name]
  if (!suite) throw new Error(`there is no suite ${name}`)
  const report = path.join(results, `${name}.json`)
  await mkdir(results, { recursive: true })
  await rm(report, { force: true })
  const ended = await run(process.execPath, [...suite.command, ...filters], {
    ...env,
    BELFRY_TEST_COUNTS: report,
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
  })
  const counts = await readFile(report, 'utf8').then(
    (text) => suite.count(JSON.parse(text)),
    () => nothing(),
  )
  if (ended !== 'exit code 0' && counts.failed.length === 0) counts.failed.push(`the ${name} suite: ${ended}`)
  if (ended === 'exit code 0' && counts.passed === 0) counts.failed.push(`the ${name} suite: no test ran`)
  return counts
}

/**
 * @param {string} file @param {readonly string[]} args @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string>} how it ended, in words
 */
export async function run(file, args, env) {
  // In a group of its own, so that a runner that hangs goes with all its workers.
  const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'], detached: true })
  const kill = (/** @type {NodeJS.Signals} */ signal) => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, signal)
  }
  const stop = (/** @type {NodeJS.Signals} */ signal) => {
    child.once('exit', () => process.exit(130))
    kill(signal)
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  const timers = [
    setTimeout(() => kill('SIGTERM'), limitMinutes * 60_000),
    setTimeout(() => kill('SIGKILL'), limitMinutes * 60_000 + 10_000),
  ]
  const started = performance.now()
  const [code, signal] = await once(child, 'exit')
  timers.forEach(clearTimeout)
  process.off('SIGINT', stop).off('SIGTERM', stop)
  if (performance.now() - started > limitMinutes * 60_000) return `not done within ${limitMinutes} minutes`
  return signal ? `ended by ${signal}` : `exit code ${code}`
}

/** @returns {Counts} */
const nothing = () => ({ passed: 0, failed: [], skipped: [] })

/** @param {any} report Playwright's: suites in suites, with specs, with one test per project @returns {Counts} */
function countPlaywright(report) {
  const counts = nothing()
  const visit = (/** @type {any} */ suite, /** @type {string[]} */ titles) => {
    for (const spec of suite.specs ?? []) {
      const name = [...titles, spec.title].join(' › ')
      for (const { status, annotations } of spec.tests) {
        const reason = annotations.find(
          (/** @type {any} */ { type }) => type === 'skip' || type === 'fixme',
        )?.description
        if (status === 'expected') counts.passed += 1
        else if (status === 'skipped') counts.skipped.push({ name, reason: reason ?? 'no reason given' })
        // What passes only when it is tried again is broken.
        else counts.failed.push(name)
      }
    }
    for (const inner of suite.suites ?? []) visit(inner, [...titles, inner.title])
  }
  for (const file of report.suites) visit(file, [path.relative(root, path.join(report.config.rootDir, file.file))])
  for (const error of report.errors) counts.failed.push(String(error.message).split('\n')[0] ?? '')
  return counts
}
