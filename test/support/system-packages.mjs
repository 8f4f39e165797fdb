/**
 * What the tests need of the system, beyond Node and npm: finds what is missing and installs it by apt where it may.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

/** @param {...string} names @returns {string | undefined} the path of the first of these programs that is there */
export function findProgram(...names) {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean)
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(executable)
}

/** @returns {string | undefined} the Chromium (or Chrome) that the page is tested in; `CHROMIUM_PATH` comes first */
export function findChromium() {
  return (
    process.env.CHROMIUM_PATH ?? findProgram('chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome')
  )
}

/** @returns {string | undefined} the library that shows a process another wall clock */
export function findFaketime() {
  if (process.platform !== 'linux') return undefined
  return readdirSync('/usr/lib')
    .map((folder) => path.join('/usr/lib', folder, 'faketime', 'libfaketimeMT.so.1'))
    .find((file) => existsSync(file))
}

/** @typedef {{ readonly packages: readonly string[], readonly present: (libraries: string) => boolean, readonly optional?: true }} Need `optional`: tests skip themselves without it, with a reason */

/** @param {string} name @param {...string} programs @returns {Need} */
const program = (name, ...programs) => ({
  packages: [name],
  present: () => findProgram(...(programs.length > 0 ? programs : [name])) !== undefined,
})

/**
 * The second name is what the package is called since the 64-bit time transition (Debian 13, Ubuntu 24.04).
 * @param {string} file @param {string} name @param {...string} later @returns {Need}
 */
const library = (file, name, ...later) => ({
  packages: [name, ...later],
  present: (libraries) => libraries.includes(`\t${file} `),
})

/**
 * Debian's Python comes first on purpose: another one does not see Debian's modules.
 * @param {string} name @param {string} module @returns {Need}
 */
const pythonModule = (name, module) => ({
  packages: [name],
  present: () => run('/usr/bin/python3', ['-c', `import ${module}`]).status === 0,
  optional: true,
})

/** Other schedulers, to compare ours with. @type {readonly Need[]} */
const schedulers = [
  pythonModule('python3-croniter', 'croniter'),
  pythonModule('python3-apscheduler', 'apscheduler'),
  { ...program('systemd', 'systemd-analyze'), optional: true },
]

// 简体中文 would be boxes in every screenshot.
const fonts = [
  program('fontconfig', 'fc-list'),
  { packages: ['fonts-noto-cjk'], present: () => run('fc-list', [':lang=zh', 'family']).stdout.trim() !== '' },
]

/** @type {readonly Need[]} */
const browser = [...fonts, { packages: ['chromium'], present: () => findChromium() !== undefined }]

/** @type {readonly Need[]} */
const desktop = [
  ...fonts,
  program('xvfb', 'Xvfb'),
  program('dbus', 'dbus-daemon'),
  program('libglib2.0-bin', 'gdbus'),
  program('systemd', 'busctl'),
  program('xfwm4'),
  program('xfce4-panel'),
  program('xfconf', 'xfconf-query'),
  program('dunst', 'dunst'),
  program('scrot'),
  { packages: ['adwaita-icon-theme'], present: () => existsSync('/usr/share/icons/Adwaita') },
  library('libgtk-3.so.0', 'libgtk-3-0', 'libgtk-3-0t64'),
  library('libatk-bridge-2.0.so.0', 'libatk-bridge2.0-0', 'libatk-bridge2.0-0t64'),
  library('libatspi.so.0', 'libatspi2.0-0', 'libatspi2.0-0t64'),
  library('libcups.so.2', 'libcups2', 'libcups2t64'),
  library('libasound.so.2', 'libasound2', 'libasound2t64'),
  library('libnss3.so', 'libnss3'),
  library('libgbm.so.1', 'libgbm1'),
  library('libdrm.so.2', 'libdrm2'),
  library('libxkbcommon.so.0', 'libxkbcommon0'),
  library('libXcomposite.so.1', 'libxcomposite1'),
  library('libXdamage.so.1', 'libxdamage1'),
  library('libXrandr.so.2', 'libxrandr2'),
  library('libnotify.so.4', 'libnotify4'),
]

/**
 * Per suite, one row per Debian package: how to see that what it brings is there, wherever it came from.
 * @type {Readonly<Record<string, readonly Need[]>>}
 */
const needs = {
  unit: schedulers,
  ui: browser,
  desktop,
  screenshots: [...browser, ...desktop, program('xdotool')],
}

/** What some tests need, which are skipped without it and say so. @type {typeof needs} */
const wishes = {
  host: [{ packages: ['faketime'], present: () => findFaketime() !== undefined }],
}

/**
 * Makes sure that what these suites need is there: installs it as root on Debian, else says how.
 * @param {readonly string[]} suites one that has no rows above needs nothing
 * @param {(line: string) => void} say
 * @returns {{ suites: readonly string[], advice: string } | undefined} those that cannot run, and the one command that
 *   mends it; undefined when all is there
 */
export function ensureSystemPackages(suites, say) {
  const wanted = [missing(suites), missing(suites, wishes)].filter(({ length }) => length > 0)
  if (process.platform !== 'linux' || wanted.length === 0) return undefined
  if (process.getuid?.() === 0 && findProgram('apt-get')) {
    say(`these packages are missing here and come by apt-get now: ${wanted.flatMap(names).join(' ')}`)
    aptGet(say, 'update')
    for (const some of wanted) aptGet(say, 'install', '-y', '--no-install-recommends', ...names(some))
  }
  const without = missing(suites).filter(({ optional }) => optional)
  if (without.length > 0)
    say(`what needs these is skipped, for they could not be installed: ${names(without).join(' ')}`)
  const left = needed(suites)
  if (left.length === 0) return undefined
  const command = `apt-get update && apt-get install -y --no-install-recommends ${names(left).join(' ')}`
  return {
    suites: suites.filter((suite) => needed([suite]).length > 0),
    advice: `packages that the tests need are missing. As root, run this (these are Debian's names):\n  ${command}`,
  }
}

/** @param {readonly string[]} suites @param {typeof needs} table @returns {Need[]} */
function missing(suites, table = needs) {
  const libraries = run('/sbin/ldconfig', ['-p']).stdout
  return suites.flatMap((suite) => table[suite] ?? []).filter(({ present }) => !present(libraries))
}

/** @param {readonly string[]} suites @returns {Need[]} what they cannot do without */
const needed = (suites) => missing(suites).filter(({ optional }) => !optional)

/** @param {Need[]} wanted @returns {string[]} the names by which this release knows them */
function names(wanted) {
  const known = (/** @type {string} */ name) => run('apt-cache', ['show', name]).status === 0
  return [...new Set(wanted.map(({ packages }) => packages.find(known) ?? packages[0] ?? ''))]
}

/** @param {(line: string) => void} say @param {...string} args */
function aptGet(say, ...args) {
  const { status, stdout, stderr } = run('apt-get', ['-q', ...args])
  if (status !== 0) say(`apt-get ${args[0]} failed:\n${`${stdout}${stderr}`.trim().split('\n').slice(-8).join('\n')}`)
}

/** @param {string} file @param {string[]} args */
function run(file, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status, stdout, stderr, error } = spawnSync(file, args, { encoding: 'utf8', env, maxBuffer: 1 << 28 })
  return { status, stdout: stdout ?? '', stderr: stderr ?? error?.message ?? '' }
}

/** @param {string} file */
function executable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
