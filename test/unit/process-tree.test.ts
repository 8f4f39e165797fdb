import { describe, expect, it } from 'vitest'
import type { ProcessInfo } from '../../electron/host/ports'
import { selectTree, type TreeRoots } from '../../electron/host/run/process-tree'

const host = 100

function info(pid: number, parent: number, more: Partial<ProcessInfo> = {}): ProcessInfo {
  const identity = { pid, startTime: `t${pid}`, bootId: 'boot' }
  return { ...identity, parent, group: pid, session: pid, zombie: false, command: `p${pid}`, ...more }
}

/** init, the shell that started Belfry, Belfry, a helper of Belfry's, and somebody else. */
const world = [
  info(1, 0),
  info(50, 1),
  info(host, 50),
  info(101, host, { group: host, session: host }),
  info(900, 1),
  info(901, 900, { group: 900, session: 900 }),
]
const leader = info(200, host)
const child = info(201, 200, { group: 200, session: 200 })

function select(run: readonly ProcessInfo[], roots: Partial<TreeRoots> = {}): number[] {
  const all = [...world, ...run]
  const found = selectTree(all, { leader, marked: [], known: [], ownPid: host, ...roots })
  return found.map((entry) => entry.pid).toSorted((a, b) => a - b)
}

describe('the processes of a run', () => {
  it.each<{ name: string; run: ProcessInfo[]; roots?: Partial<TreeRoots>; found: number[] }>([
    { name: 'are its leader and all descendants', run: [leader, child, info(202, 201)], found: [200, 201, 202] },
    {
      name: 'are those in its group whose parent is gone',
      run: [leader, info(203, 1, { group: 200, session: 200 })],
      found: [200, 203],
    },
    {
      name: 'are those in its session that made a group of their own',
      run: [leader, info(203, 1, { session: 200 }), info(204, 203, { session: 200 })],
      found: [200, 203, 204],
    },
    {
      name: 'are those with its marker, wherever they went, and their children',
      run: [leader, info(300, 1), info(301, 300)],
      roots: { marked: [info(300, 1)] },
      found: [200, 300, 301],
    },
    {
      name: 'are those that were known before',
      run: [info(300, 1)],
      roots: { known: [info(300, 200)] },
      found: [300],
    },
    {
      name: 'are the members of a group that a marked process leads',
      run: [info(300, 1), info(301, 1, { group: 300 })],
      roots: { marked: [info(300, 1)] },
      found: [300, 301],
    },
    {
      name: 'are the rest of a dead leader’s group where one of them has the marker',
      run: [info(203, 1, { group: 200 }), info(204, 1, { group: 200 })],
      roots: { marked: [info(203, 1)] },
      found: [203, 204],
    },
    {
      name: 'are not the members of a group with a dead leader’s number, without any proof',
      run: [info(203, 1, { group: 200 })],
      found: [],
    },
    {
      name: 'are not a process that got the leader’s pid later, nor its group',
      run: [info(200, 1, { startTime: 'later' }), info(203, 200, { group: 200 }), info(204, 1)],
      roots: { marked: [info(204, 1)] },
      found: [204],
    },
    {
      name: 'are not one that got a known pid later',
      run: [info(300, 1, { startTime: 'later' })],
      roots: { known: [info(300, 1)] },
      found: [],
    },
    {
      name: 'are no zombies',
      run: [
        { ...leader, zombie: true },
        { ...child, parent: 1, zombie: true },
      ],
      found: [],
    },
    {
      name: 'are not the whole group of a module, which is Belfry’s own',
      run: [info(200, host, { group: host, session: host }), info(205, 200, { group: host, session: host })],
      found: [200, 205],
    },
    {
      name: 'are never Belfry, its ancestors or its helpers, though it was started by the run and has its marker',
      run: [info(204, 1)],
      roots: { marked: [info(50, 1), info(host, 50), info(101, host), info(204, 1)], leader: info(50, 1) },
      found: [204],
    },
  ])('$name', ({ run, roots, found }) => {
    expect(select(run, roots)).toEqual(found)
  })
})
