import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'
import { projectRoot } from './paths'

/** Writes what `npm test` counts where BELFRY_TEST_COUNTS says: names and, for what was skipped, the reason. */
export default class VitestCounts implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Promise<void> {
    const file = process.env.BELFRY_TEST_COUNTS
    if (!file) return
    const failed = unhandled.map(({ message }) => `outside any test: ${message}`)
    const skipped: { name: string; reason: string }[] = []
    let passed = 0
    for (const module of modules) {
      const where = path.relative(projectRoot, module.moduleId)
      for (const { message } of module.errors()) failed.push(`${where}: ${message}`)
      for (const suite of module.children.allSuites()) {
        for (const { message } of suite.errors()) failed.push(`${where} › ${suite.fullName}: ${message}`)
      }
      for (const test of module.children.allTests()) {
        const result = test.result()
        const name = `${where} › ${test.fullName}`
        if (result.state === 'passed') passed += 1
        else if (result.state === 'skipped') skipped.push({ name, reason: result.note ?? 'no reason given' })
        else failed.push(name)
      }
    }
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, JSON.stringify({ passed, failed, skipped }))
  }
}
