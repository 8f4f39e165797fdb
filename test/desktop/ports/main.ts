/** Runs the contracts of Electron's ports inside Electron, where no test runner runs, and prints how each case fared. */
import { app, safeStorage } from 'electron'
import { electronModuleRunner } from '../../../electron/desktop/module-runner-electron'
import { desktopSecretBox, safeStorageSecretBox } from '../../../electron/desktop/secret-box-safe-storage'
import { systemProcesses } from '../../../electron/platform/processes'
import type { ContractCase } from '../../support/contract'
import { moduleRunnerContract } from '../../support/contract-module-runner'
import { secretBoxContract } from '../../support/contract-secret-box'

async function run<T>(port: string, cases: readonly ContractCase<T>[], make: () => T): Promise<object[]> {
  const results: object[] = []
  for (const { name, check } of cases) {
    const error = await check(make()).then(
      () => null,
      (thrown: unknown) => (thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)),
    )
    results.push({ port, name, error })
  }
  return results
}

async function runAll(): Promise<void> {
  await app.whenReady()
  const otherwise = { kind: 'key-file', seal: () => Promise.resolve(''), open: () => Promise.resolve('') }
  const chosen = desktopSecretBox(process.platform, otherwise).kind
  // The test desktop has no keychain; this is Electron's own cipher under a key that everybody knows.
  safeStorage.setUsePlainTextEncryption(true)
  const results = [
    ...(await run('module runner', moduleRunnerContract, () => electronModuleRunner(systemProcesses()))),
    ...(await run('secret box', secretBoxContract, safeStorageSecretBox)),
  ]
  console.log(`RESULTS ${JSON.stringify({ chosen, results })}`)
}

runAll()
  .catch((error: unknown) => console.log(String(error)))
  .finally(() => app.exit(0))
