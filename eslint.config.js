import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import { defineConfig } from 'eslint/config'
import globals from 'globals'
import tseslint from 'typescript-eslint'

/*
 * Dependencies point one way: renderer → shared ← electron, and inside the host api → services → schedule/run/store.
 * What the host needs of its surroundings (time, ids, Electron) comes in through ports. test/unit/lint-rules.test.ts
 * shows that each of these rules fires.
 */
const noElectron = {
  regex: '^electron(/|$)',
  message: 'Only the tray shell (electron/main.ts, electron/desktop) may know Electron; use a port.',
}
const noRawIpc = {
  regex: '^electron(/|$)',
  importNames: ['ipcMain', 'ipcRenderer', 'contextBridge'],
  message: 'The contract is the only door; raw IPC lives in electron/preload.ts and electron/desktop.',
}
const noMain = { regex: '(^|/)electron/', message: 'The page and the contract know only shared/.' }
const noPage = { regex: '(^|/)renderer/', message: 'Dependencies point from the page to shared/, never to the page.' }
const noNode = { regex: '^node:', message: 'This code also runs in the browser.' }
const noShell = {
  regex: '^(\\.\\./)+(desktop|platform|cli)(/|$)',
  message: 'The shells fill the ports; the host does not reach for them.',
}
const noDoors = {
  regex: '^(\\./|\\.\\./)+(api|serve)(/|$)',
  message: 'api and serve call the services, not the other way round.',
}
const noIo = {
  regex: '^node:(?!util$|assert$)|^(\\./|\\.\\./)+(run|store|executors|observe|import)/',
  allowTypeImports: true,
  message: 'schedule/ is pure: data in, decisions out.',
}
const noTimers = { regex: '^(node:)?(timers|timers/promises|perf_hooks)$', message: 'Use ports.clock.' }
const noIds = { regex: '^(ulid|uuid|nanoid)$', message: 'Use ports.ids.' }
const noRandomId = { regex: '^(node:)?crypto$', importNames: ['randomUUID'], message: 'Use ports.ids.' }

const hostImports = [noElectron, noPage, noShell, noTimers, noIds, noRandomId]

/** @type {(...patterns: object[]) => import('eslint').Linter.RulesRecord} */
const imports = (...patterns) => ({ '@typescript-eslint/no-restricted-imports': ['error', { patterns }] })

const dynamicElectron = [
  {
    selector: 'ImportExpression[source.value=/^electron(\\u002F|$)/]',
    message: noElectron.message,
  },
  {
    selector: "CallExpression[callee.name='require'][arguments.0.value=/^electron(\\u002F|$)/]",
    message: noElectron.message,
  },
]
const namedExports = [{ selector: 'ExportDefaultDeclaration', message: 'Named exports only.' }]
const portTime = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Use ports.clock.now().',
  },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Use ports.clock.now().' },
  { selector: "CallExpression[callee.name='Date']", message: 'Use ports.clock.now().' },
  { selector: "MemberExpression[object.name='performance']", message: 'Use ports.clock.monotonic().' },
  {
    selector: "MemberExpression[object.name='process'][property.name='hrtime']",
    message: 'Use ports.clock.monotonic().',
  },
  {
    selector: "MemberExpression[object.name='AbortSignal'][property.name='timeout']",
    message: 'Use ports.clock.after().',
  },
  {
    selector: 'MemberExpression[property.name=/^(setTimeout|setInterval|setImmediate)$/]',
    message: 'Use ports.clock.after().',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Use ports.ids, or take the number as an argument.',
  },
  { selector: "MemberExpression[property.name='randomUUID']", message: 'Use ports.ids.' },
]
const timers = ['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
  name,
  message: 'Use ports.clock.after().',
}))

/** @type {(...groups: { selector: string, message: string }[][]) => import('eslint').Linter.RulesRecord} */
const syntax = (...groups) => ({ 'no-restricted-syntax': ['error', ...groups.flat()] })

/** @type {(...kinds: string[]) => import('eslint').Linter.RulesRecord} */
const unsafe = (...kinds) => Object.fromEntries(kinds.map((kind) => [`@typescript-eslint/no-unsafe-${kind}`, 'off']))

export default defineConfig(
  { ignores: ['out/', 'dist/', 'test-results/', 'node_modules/'] },
  // A rule that does not fit is discussed here, not switched off in a line of its own.
  { linterOptions: { noInlineConfig: true } },
  js.configs.recommended,
  // Terminal output is read here, control characters and all.
  { rules: { 'no-control-regex': 'off' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Objects here come from functions that close over their state: a method may leave its object.
      '@typescript-eslint/unbound-method': 'off',
      // A test double or a port may be asynchronous by its interface alone.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    },
  },
  {
    // Types inside components are vue-tsc's to check: the linter reads them without.
    files: ['**/*.vue'],
    extends: [tseslint.configs.recommended, vue.configs['flat/recommended']],
    languageOptions: { parserOptions: { parser: tseslint.parser }, globals: globals.browser },
    rules: {
      'vue/no-bare-strings-in-template': 'error',
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/multi-word-component-names': 'off',
      'vue/require-default-prop': 'off',
    },
  },
  {
    files: ['**/*.ts', '**/*.vue'],
    rules: {
      'no-undef': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_$', ignoreRestSiblings: true },
      ],
    },
  },
  { files: ['**/*.{js,mjs}'], languageOptions: { globals: globals.node } },
  // What a component exports is not known to the linter, and expect.any() is any.
  { files: ['renderer/**/*.ts'], rules: unsafe('assignment', 'argument', 'call', 'member-access', 'return') },
  { files: ['test/**/*.ts'], rules: unsafe('assignment') },
  // Playwright reads from the pattern which fixtures a fixture needs, also when it needs none.
  { files: ['test/**/*.ts'], rules: { 'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }] } },
  {
    files: ['electron/**/*.ts', 'shared/**/*.ts', 'renderer/src/**/*.{ts,vue}'],
    rules: { eqeqeq: ['error', 'always', { null: 'ignore' }] },
  },
  {
    files: ['electron/**/*.ts', 'shared/**/*.ts', 'renderer/src/**/*.{ts,vue}', 'test/support/**/*.ts'],
    ignores: ['renderer/src/locales/**'],
    rules: { 'max-lines': ['error', 300] },
  },

  // Layers
  {
    files: ['shared/**/*.ts'],
    rules: { ...imports(noElectron, noMain, noPage, noNode), ...syntax(namedExports, dynamicElectron) },
  },
  {
    files: ['renderer/**/*.{ts,vue}'],
    rules: imports(noElectron, noMain, noNode),
  },
  { files: ['renderer/**/*.ts'], rules: syntax(namedExports, dynamicElectron) },
  { files: ['electron/**/*.ts'], rules: { ...imports(noRawIpc, noPage), ...syntax(namedExports) } },
  { files: ['electron/preload.ts', 'electron/desktop/**/*.ts'], rules: imports(noPage) },
  {
    files: ['electron/headless.ts', 'electron/cli.ts', 'electron/cli/**/*.ts', 'electron/platform/**/*.ts'],
    rules: { ...imports(noElectron, noPage), ...syntax(namedExports, dynamicElectron) },
  },
  {
    files: ['electron/host/**/*.ts'],
    rules: {
      ...imports(...hostImports),
      ...syntax(namedExports, dynamicElectron, portTime),
      'no-restricted-globals': ['error', ...timers],
    },
  },
  { files: ['electron/host/{run,store,executors,observe,import}/**/*.ts'], rules: imports(...hostImports, noDoors) },
  { files: ['electron/host/schedule/**/*.ts'], rules: imports(...hostImports, noDoors, noIo) },

  // Tests
  {
    files: ['test/**/*.ts'],
    rules: syntax([
      {
        selector: "CallExpression[callee.object.name='vi'][callee.property.name=/^(mock|doMock)$/]",
        message: 'Fill a port instead.',
      },
      {
        selector: 'MemberExpression[property.name=/^(only|todo)$/][object.name=/^(it|test|describe)$/]',
        message: 'Every test runs.',
      },
      { selector: "MemberExpression[property.name='waitForTimeout']", message: 'Await the event.' },
    ]),
  },
  prettier,
)
