/** node:fs/promises that fails on purpose: at a given call, from it on, or for want of room. Handles count, too. */
import type { FileHandle } from 'node:fs/promises'
import type { Files } from '../../electron/host/ports'
import { files as real } from './store-ports'

export interface Fault {
  /** The first call that fails, counted from 0 after `plan`. */
  readonly at: number
  /** Every later call fails, too, as if the process had been killed. */
  readonly onwards?: boolean
  /** A write that fails has written half of its bytes. */
  readonly torn?: boolean
  readonly code?: string
}

export interface FaultyFiles {
  readonly files: Files
  /** Forgets the calls so far; the next ones fail as told, or not at all. */
  plan(fault?: Fault): void
  /** Bytes that may still be written before ENOSPC, which a write reaches by writing short; Infinity for no end. */
  room(bytes: number): void
  /** Names of the calls since `plan`. */
  calls(): readonly string[]
}

export function faultyFiles(): FaultyFiles {
  let fault: Fault | undefined
  let calls: string[] = []
  let left = Infinity

  const fails = (): boolean => {
    const index = calls.length - 1
    return fault !== undefined && (fault.onwards ? index >= fault.at : index === fault.at)
  }
  const failure = (name: string, code = fault?.code ?? 'EIO'): Error =>
    Object.assign(new Error(`${code}: on purpose, ${name}`), { code })

  async function write(handle: FileHandle, bytes: Buffer, offset: number, length: number, position: number) {
    const torn = fails() && fault?.torn
    const most = Math.min(torn ? Math.floor(length / 2) : length, left)
    if (fails() && !torn) throw failure('write')
    if (most <= 0 && length > 0 && !torn) throw failure('write', 'ENOSPC')
    const done = await handle.write(bytes, offset, most, position)
    left -= most
    if (torn) throw failure('write')
    return done
  }

  function wrap(handle: FileHandle): FileHandle {
    return new Proxy(handle, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function' || typeof name !== 'string') return value
        return async (...given: unknown[]): Promise<unknown> => {
          calls.push(name)
          if (name === 'write') return write(target, ...(given as [Buffer, number, number, number]))
          if (name === 'close') await target.close()
          if (fails()) throw failure(name)
          return name === 'close' ? undefined : (Reflect.apply(value, target, given) as unknown)
        }
      },
    })
  }

  const files = new Proxy(real, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function' || typeof name !== 'string') return value
      return async (...given: unknown[]): Promise<unknown> => {
        calls.push(name)
        if (fails()) throw failure(name)
        const result: unknown = await Reflect.apply(value, target, given)
        return name === 'open' ? wrap(result as FileHandle) : result
      }
    },
  })

  return {
    files,
    plan(next) {
      fault = next
      calls = []
    },
    room: (bytes) => (left = bytes),
    calls: () => calls,
  }
}
