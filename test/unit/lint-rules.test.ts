import { ESLint } from 'eslint'
import tseslint from 'typescript-eslint'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '../support/paths'

// The snippets are in no file, so the rules that need types are left out; none of the layer rules does.
const eslint = new ESLint({
  cwd: projectRoot,
  overrideConfig: [
    tseslint.configs.disableTypeChecked,
    // Where CI is set, the parser would think that the files on disk are all there will ever be.
    { languageOptions: { parserOptions: { disallowAutomaticSingleRunInference: true } } },
  ],
})

async function rulesThatFire(filePath: string, code: string): Promise<string[]> {
  const source = filePath.endsWith('.vue') ? `<script setup lang="ts">\n${code}\n</script>\n` : `${code}\n`
  const [result] = await eslint.lintText(source, { filePath: `${projectRoot}/${filePath}` })
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message)
}

const imports = '@typescript-eslint/no-restricted-imports'
const syntax = 'no-restricted-syntax'
const schedule = 'electron/host/schedule/snippet.ts'
const dispatcher = 'electron/host/run/snippet.ts'
const page = 'renderer/src/pages/Snippet.vue'

describe('ESLint refuses', () => {
  it.each([
    ['Electron in the host', dispatcher, "import { app } from 'electron'\napp.quit()", imports],
    ['the type of something from Electron in the host', dispatcher, "export type { Tray } from 'electron'", imports],
    ['Electron loaded late in the host', dispatcher, "export const load = () => import('electron')", syntax],
    ['Electron required in the host', dispatcher, "export const load = () => require('electron') as unknown", syntax],
    ['Electron in the contract', 'shared/model/snippet.ts', "export { app } from 'electron'", imports],
    ['Electron in a component', page, "import { ipcRenderer } from 'electron'\nipcRenderer.send('x')", imports],
    ['Electron in a store', 'renderer/src/stores/snippet.ts', "export { app } from 'electron/main'", imports],
    ['Electron in the headless shell', 'electron/headless.ts', "export { app } from 'electron'", imports],
    ['Electron in the command', 'electron/cli/snippet.ts', "export { app } from 'electron'", imports],
    ['the host in a component', page, "import { planner } from '../../../electron/host/schedule/planner'", imports],
    ['the host in a store', 'renderer/src/stores/snippet.ts', "export * from '../../../electron/host/ports'", imports],
    ['the host in the contract', 'shared/contract/snippet.ts', "export * from '../../electron/host/ports'", imports],
    ['the page in the contract', 'shared/contract/snippet.ts', "export * from '../../renderer/src/client'", imports],
    ['the page in the host', dispatcher, "export * from '../../../renderer/src/client'", imports],
    ['a shell in the host', dispatcher, "export * from '../../desktop/tray'", imports],
    ['Node in the contract', 'shared/model/snippet.ts', "export { readFile } from 'node:fs/promises'", imports],
    ['Node in the page', page, "import { readFile } from 'node:fs'", imports],
    ['the api in a service', dispatcher, "export * from '../api/router'", imports],
    ['the listener in the store', 'electron/host/store/snippet.ts', "export * from '../serve/listener'", imports],
    ['reading files in the planner', schedule, "export { readFile } from 'node:fs'", imports],
    ['the dispatcher in the planner', schedule, "export { dispatch } from '../run/dispatcher'", imports],
    ['raw IPC in the tray shell’s main file', 'electron/main.ts', "export { ipcMain } from 'electron'", imports],
    ['a default export', dispatcher, 'export default 1', syntax],
  ])('%s', async (_what, filePath, code, rule) => {
    expect(await rulesThatFire(filePath, code)).toContain(rule)
  })

  it.each([
    ['Date.now()', 'export const at = Date.now()', syntax],
    ['new Date() without an argument', 'export const at = new Date()', syntax],
    ['Date() as text', 'export const at = Date()', syntax],
    ['performance.now()', 'export const at = performance.now()', syntax],
    ['process.hrtime', 'export const at = process.hrtime.bigint()', syntax],
    ['Math.random()', 'export const id = Math.random()', syntax],
    ['crypto.randomUUID()', 'export const id = crypto.randomUUID()', syntax],
    ['randomUUID by name', "export { randomUUID } from 'node:crypto'", imports],
    ['an id library', "export { ulid } from 'ulid'", imports],
    ['setTimeout', 'setTimeout(() => undefined, 1)', 'no-restricted-globals'],
    ['setInterval', 'setInterval(() => undefined, 1)', 'no-restricted-globals'],
    ['setImmediate', 'setImmediate(() => undefined)', 'no-restricted-globals'],
    ['globalThis.setTimeout', 'globalThis.setTimeout(() => undefined, 1)', syntax],
    ['AbortSignal.timeout()', 'export const signal = AbortSignal.timeout(5)', syntax],
    ['timers by import', "export { setTimeout } from 'node:timers/promises'", imports],
  ])('%s in the host', async (_what, code, rule) => {
    expect(await rulesThatFire(dispatcher, code)).toContain(rule)
    expect(await rulesThatFire('electron/host/snippet.ts', code)).toContain(rule)
  })

  it('a rule being switched off in a line of its own', async () => {
    const code = `// eslint-disable-next-line ${syntax}\nexport const at = Date.now()`
    expect(await rulesThatFire(dispatcher, code)).toContain(syntax)
  })

  it('words in a template', async () => {
    const [result] = await eslint.lintText('<template>\n  <p>Hello</p>\n</template>\n', {
      filePath: `${projectRoot}/${page}`,
    })
    expect(result?.messages.map(({ ruleId }) => ruleId)).toContain('vue/no-bare-strings-in-template')
  })
})

describe('ESLint lets pass', () => {
  it.each([
    ['a date from an instant in the host', dispatcher, 'export const at = (ms: number): Date => new Date(ms)'],
    ['the ports in the host', dispatcher, "export type { Clock } from '../ports'"],
    ['the contract in the host', dispatcher, "export type { Run } from '@shared/model/run'"],
    ['the contract in a component', page, "import { contract } from '@shared/contract'\nvoid contract"],
    ['the type of a stored thing in the planner', schedule, "export type { RunLog } from '../store/types'"],
    ['raw IPC in the preload', 'electron/preload.ts', "export { ipcRenderer } from 'electron'"],
    ['raw IPC at the door', 'electron/desktop/ipc-door.ts', "export { ipcMain } from 'electron'"],
    ['Electron in the tray shell’s main file', 'electron/main.ts', "export { app } from 'electron'"],
    ['a timer in a real port', 'electron/platform/clock.ts', 'setTimeout(() => undefined, 1)'],
  ])('%s', async (_what, filePath, code) => {
    expect(await rulesThatFire(filePath, code)).toEqual([])
  })
})
