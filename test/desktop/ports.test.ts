import { join } from 'node:path'
import { execa } from 'execa'
import { build } from 'vite'
import { expect, test } from 'playwright/test'
import { electronBinary, electronFlags } from '../support/electron-app'
import { projectRoot } from '../support/paths'

interface Answer {
  /** The box that a desktop without keychain gets. */
  readonly chosen: string
  readonly results: readonly { readonly port: string; readonly name: string; readonly error: string | null }[]
}

async function runInElectron(): Promise<Answer> {
  const outDir = join(projectRoot, 'test-results', 'electron-ports')
  await build({
    configFile: false,
    logLevel: 'warn',
    resolve: { alias: { '@shared': join(projectRoot, 'shared') } },
    ssr: { noExternal: true, external: ['electron'] },
    build: {
      ssr: join(projectRoot, 'test', 'desktop', 'ports', 'main.ts'),
      target: 'node20.18',
      outDir,
      rollupOptions: { output: { entryFileNames: 'main.mjs' } },
    },
  })
  const { stdout, stderr } = await execa(
    electronBinary(),
    [...electronFlags, '--password-store=basic', join(outDir, 'main.mjs')],
    {
      timeout: 40_000,
      reject: false,
    },
  )
  const line = stdout.split('\n').find((one) => one.startsWith('RESULTS '))
  if (line === undefined) throw new Error(`Electron gave no results:\n${stdout}\n${stderr}`)
  return JSON.parse(line.slice('RESULTS '.length)) as Answer
}

test('Electron’s module runner and keychain do what every such port must do', async () => {
  const { results, chosen } = await runInElectron()
  const ran = (port: string): number => results.filter((result) => result.port === port).length
  expect(results.filter(({ error }) => error !== null)).toEqual([])
  expect([ran('module runner'), ran('secret box')]).toEqual([6, 4])
  expect(chosen).toBe('key-file')
})
