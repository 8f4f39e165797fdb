import { describe, expect, it } from 'vitest'
import { openStore } from '../../electron/host/store/open-store'
import { startChild } from '../support/child'
import { makeRun } from '../support/make-run'
import { storePorts } from '../support/store-ports'
import { tempFolder } from '../support/temp-folder'

describe('a host that is killed while it writes', () => {
  it('leaves everything it acknowledged, and a store that goes on', async () => {
    const folder = await tempFolder()
    const acknowledged: number[] = []
    for (const wanted of [1, 20, 7]) {
      const child = await startChild('store-child.ts')
      child.say(`write ${folder}`)
      const heard: number[] = []
      while (heard.length < wanted) heard.push(Number(await child.hear()))
      const killed = child.kill()
      // Told before it died, though heard after.
      for (let line = await child.hear(); line !== undefined; line = await child.hear()) heard.push(Number(line))
      await killed
      acknowledged.push(...heard)

      const store = await openStore(storePorts(), folder, '0.1.0')
      for (const n of acknowledged) {
        expect(await store.runs.get(`run-${n}`)).toMatchObject({ number: n })
        expect(store.tasks.get(`task-${n}`)).toMatchObject({ id: `task-${n}` })
      }
      const log = await store.logs.read({ ...makeRun(), id: `run-${heard[0]}` }, { after: 0, limit: 1 })
      expect(log.total).toBeGreaterThanOrEqual(20 * heard.length)
      expect(store.warnings.map((warning) => warning.code)).not.toContain('QUARANTINED')
      await store.close()
    }
  }, 60_000)
})
