/**
 * A throw-away Linux desktop for tests: a virtual screen, a session D-Bus, a window manager, a panel with a system tray
 * (StatusNotifierItem host) and a notification daemon. All of it is gone when the command ends.
 *   node test/support/desktop-session.mjs scrot -o screen.png
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const startLimitSeconds = 20

const panel = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="28"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/><value type="int" value="2"/><value type="int" value="3"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="separator">
      <property name="expand" type="bool" value="true"/><property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-2" type="string" value="systray"/>
    <property name="plugin-3" type="string" value="clock"/>
  </property>
</channel>
`

// A notification stays until it is clicked or closed, so that a test on a slow machine still finds it.
const urgencies = ['low', 'normal', 'critical'].map((name) => `[urgency_${name}]\n  timeout = 0\n`)
const dunst = `[global]\n  origin = bottom-right\n  offset = 12x40\n  history_length = 200\n  show_age_threshold = -1\n${urgencies.join('')}`

/**
 * Runs a command in such a desktop.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv }} [options] `env` instead of this process's own
 * @returns {Promise<number>} its exit code; 128 and more when a signal ended it
 * @throws {Error} when the desktop does not come up
 */
export async function runInDesktop(file, args, { env = process.env } = {}) {
  const root = await mkdtemp(path.join(os.tmpdir(), 'desktop-session-'))
  /** @type {Part[]} */
  const parts = []
  try {
    const inside = await desktop(root, env, parts)
    const command = spawn(file, args, { stdio: 'inherit', env: inside })
    const forward = (/** @type {NodeJS.Signals} */ signal) => void command.kill(signal)
    process.on('SIGTERM', forward).on('SIGINT', forward)
    const [code, signal] = await once(command, 'exit')
    process.off('SIGTERM', forward).off('SIGINT', forward)
    return code ?? 128 + os.constants.signals[/** @type {NodeJS.Signals} */ (signal)]
  } finally {
    for (const part of parts.reverse()) await part.stop()
    await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

/** @typedef {{ first: Promise<string>, stop: () => Promise<void> }} Part */

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} outside
 * @param {Part[]} parts what is to be stopped, also when this throws
 * @returns {Promise<NodeJS.ProcessEnv>} what a program needs to find itself in the desktop
 */
async function desktop(root, outside, parts) {
  const config = path.join(root, 'config')
  const channels = path.join(config, 'xfce4', 'xfconf', 'xfce-perchannel-xml')
  await mkdir(channels, { recursive: true })
  await mkdir(path.join(config, 'dunst'))
  await mkdir(path.join(root, 'run'), { mode: 0o700 })
  await writeFile(path.join(channels, 'xfce4-panel.xml'), panel)
  await writeFile(path.join(config, 'dunst', 'dunstrc'), dunst)

  /** @type {NodeJS.ProcessEnv} */
  let env = {
    ...outside,
    XDG_CONFIG_HOME: config,
    XDG_RUNTIME_DIR: path.join(root, 'run'),
    XDG_CURRENT_DESKTOP: 'XFCE',
    XDG_SESSION_TYPE: 'x11',
    NO_AT_BRIDGE: '1',
  }
  delete env.WAYLAND_DISPLAY
  const start = (/** @type {string} */ file, /** @type {string[]} */ ...args) => {
    const part = launch(file, args, env)
    parts.push(part)
    return part
  }

  const screen = start('Xvfb', '-displayfd', '1', '-screen', '0', '1440x900x24', '-nolisten', 'tcp')
  env = { ...env, DISPLAY: `:${await screen.first}` }
  const bus = start('dbus-daemon', '--session', '--nofork', '--nosyslog', '--print-address=1')
  env = { ...env, DBUS_SESSION_BUS_ADDRESS: await bus.first }
  start('xfwm4', '--compositor=off')
  start('dunst')
  start('xfce4-panel', '--disable-wm-check')
  await Promise.all(['org.kde.StatusNotifierWatcher', 'org.freedesktop.Notifications'].map((name) => owned(name, env)))
  return env
}

/** @param {string} file @param {string[]} args @param {NodeJS.ProcessEnv} env @returns {Part} */
function launch(file, args, env) {
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let complaint = ''
  child.stderr.on('data', (chunk) => (complaint = `${complaint}${chunk}`.slice(-2000)))
  const gone = new Promise((resolve) => child.once('exit', resolve).once('error', resolve))
  const first = new Promise((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve)
    child.once('error', (error) => reject(new Error(`${file} does not start: ${error.message}`)))
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code} at once: ${complaint.trim()}`)))
  })
  // Only the screen and the bus are waited for; the others' end shows when their name is not owned.
  first.catch(() => undefined)
  return {
    first,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      const kill = setTimeout(() => child.kill('SIGKILL'), 3000)
      await gone
      clearTimeout(kill)
    },
  }
}

/** @param {string} name @param {NodeJS.ProcessEnv} env resolves when somebody on the session bus has that name */
async function owned(name, env) {
  const wait = spawn('gdbus', ['wait', '--session', '--timeout', String(startLimitSeconds), name], {
    env,
    stdio: 'ignore',
  })
  const [code] = await once(wait, 'exit')
  if (code !== 0) throw new Error(`the test desktop did not come up: nobody is ${name} after ${startLimitSeconds} s`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [file, ...args] = process.argv.slice(2)
  if (file === undefined) throw new Error('usage: desktop-session.mjs COMMAND [ARGUMENT…]')
  process.exitCode = await runInDesktop(file, args)
}
