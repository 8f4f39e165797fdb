/**
 * Stands in for Electron's default_app.asar, which the runtime out of the npm registry lacks: loads the app folder or
 * file given on the command line, and -r modules. It awaits the app's main module, so that `ready` is held back until
 * that has run, as Electron does.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from 'electron'

/** @typedef {{ setVersion(version: string): void, setAppPath(folder: string): void }} Internals */
const electron = /** @type {Electron.App & Internals} */ (app)

Object.assign(process, { defaultApp: true })
const require = createRequire(import.meta.url)
const { target, preloads } = parse(process.argv.slice(1))
for (const file of preloads) require(path.resolve(file))

if (target === undefined) {
  console.log(`v${process.versions.electron}`)
  electron.exit(process.argv.includes('--version') || process.argv.includes('-v') ? 0 : 2)
} else {
  const entry = adopt(target)
  const given = process.argv.findIndex((arg) => path.resolve(arg) === target)
  process.argv.splice(0, given + 1, process.execPath, target)
  try {
    await import(pathToFileURL(entry).href)
  } catch (error) {
    console.error(error)
    electron.exit(1)
  }
}

/** @param {string[]} args */
function parse(args) {
  /** @type {string[]} */
  const preloads = []
  /** @type {string | undefined} */
  let target
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ''
    if (arg === '-r' || arg === '--require') preloads.push(args[++i] ?? '')
    else if (!arg.startsWith('-')) target ??= path.resolve(arg)
  }
  return { target, preloads }
}

/** @param {string} target @returns {string} the app's main module, once Electron believes to be that app */
function adopt(target) {
  const manifest = path.join(target, 'package.json')
  if (!existsSync(manifest)) {
    electron.setAppPath(path.dirname(target))
    return target
  }
  const { productName, name, version, main = 'index.js' } = JSON.parse(readFileSync(manifest, 'utf8'))
  if (productName || name) electron.setName(productName || name)
  if (version) electron.setVersion(version)
  electron.setAppPath(target)
  return path.join(target, main)
}
