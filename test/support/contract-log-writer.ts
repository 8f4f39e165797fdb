/** For every `LogWriter`. */
import { strict as assert } from 'node:assert'
import type { LogWriter } from '../../electron/host/store/types'
import type { ContractCase } from './contract'

export interface LogWriterSubject {
  readonly writer: LogWriter
  /** While it is full, the disk takes nothing. */
  setFull(full: boolean): void
}

const at = '2026-11-20T12:00:00.000Z'

export const logWriterContract: readonly ContractCase<LogWriterSubject>[] = [
  {
    name: 'counts lines, and remembers how far each stream is',
    async check({ writer }) {
      assert.deepEqual(writer.positions(), { out: 0, err: 0 })
      assert.deepEqual(writer.stats(), { bytes: 0, lines: 0, truncated: false })
      await writer.append([
        { at, stream: 'out', text: 'one', position: 4 },
        { at, stream: 'err', text: 'oh', position: 3 },
        { at, stream: 'belfry', text: 'Belfry says', position: 0 },
      ])
      await writer.append([{ at, stream: 'out', text: '', position: 5 }])
      assert.deepEqual(writer.positions(), { out: 5, err: 3 })
      assert.equal(writer.stats().lines, 4)
      assert.equal(writer.stats().truncated, false)
      assert.ok(writer.stats().bytes > 10)
      await writer.close()
    },
  },
  {
    name: 'takes no lines, too',
    async check({ writer }) {
      await writer.append([])
      assert.equal(writer.stats().lines, 0)
    },
  },
  {
    name: 'changes nothing when the disk is full, and goes on when it is not',
    async check({ writer, setFull }) {
      await writer.append([{ at, stream: 'out', text: 'one', position: 4 }])
      const before = { stats: writer.stats(), positions: writer.positions() }
      setFull(true)
      await assert.rejects(writer.append([{ at, stream: 'out', text: 'two', position: 8 }]))
      assert.deepEqual({ stats: writer.stats(), positions: writer.positions() }, before)
      setFull(false)
      await writer.append([{ at, stream: 'out', text: 'two', position: 8 }])
      assert.deepEqual(writer.positions(), { out: 8, err: 0 })
      assert.equal(writer.stats().lines, 2)
    },
  },
  {
    name: 'closes more than once',
    async check({ writer }) {
      await writer.append([{ at, stream: 'out', text: 'one', position: 4 }])
      await Promise.all([writer.close(), writer.close()])
      await writer.close()
      assert.equal(writer.stats().lines, 1)
    },
  },
]
