/** For every `Processes` of a POSIX system. */
import { strict as assert } from 'node:assert'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { ProcessIdentity } from '@shared/model/run'
import type { Processes } from '../../electron/host/ports'
import type { ContractCase } from './contract'

interface Child {
  readonly process: ChildProcess
  readonly identity: ProcessIdentity
}

/** Starts a shell line that says when it is ready, and ends its group afterwards. */
async function withShell(
  processes: Processes,
  line: string,
  use: (child: Child) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  const child = spawn('/bin/sh', ['-c', line], {
    detached: true,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    await once(child.stdout, 'data')
    const identity = processes.identify(child.pid ?? 0)
    assert.ok(identity, 'a running child has an identity')
    await use({ process: child, identity })
  } finally {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), 'SIGKILL')
  }
}

/** Whether the child ended by this signal. */
async function endedBy({ process: child }: Child): Promise<string | null> {
  if (child.signalCode === null && child.exitCode === null) await once(child, 'exit')
  return child.signalCode
}

async function eventually(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 5000; Date.now() < end;) if (await holds()) return
  assert.fail(what)
}

const bystander = 'echo ready; exec sleep 60'

export const processesContract: readonly ContractCase<Processes>[] = [
  {
    name: 'knows a living process by pid, start time and boot',
    check: (processes) =>
      withShell(processes, bystander, async ({ process: child, identity }) => {
        assert.equal(identity.pid, child.pid)
        assert.equal(identity.bootId, processes.bootId())
        assert.notEqual(identity.startTime, '')
        assert.deepEqual(processes.identify(identity.pid), identity)
        assert.equal(processes.alive(identity), true)
        assert.equal(processes.alive({ ...identity, startTime: '1' }), false)
        assert.equal(processes.alive({ ...identity, bootId: 'another boot' }), false)
      }),
  },
  {
    name: 'knows no process that has ended',
    check: (processes) =>
      withShell(processes, bystander, async (child) => {
        child.process.kill('SIGKILL')
        await endedBy(child)
        assert.equal(processes.identify(child.identity.pid), undefined)
        assert.equal(processes.alive(child.identity), false)
        assert.equal(processes.signal(child.identity, 'SIGTERM', 'process'), false)
      }),
  },
  {
    name: 'takes a zombie for gone, and says in the list that it is one',
    check: (processes) =>
      // The shell turns into sleep, which never looks after the child that it inherits.
      withShell(processes, 'sleep 0.01 & echo ready; exec sleep 60', async ({ identity }) => {
        const children = async () => (await processes.list()).filter((entry) => entry.parent === identity.pid)
        await eventually(async () => (await children())[0]?.zombie === true, 'the child became a zombie')
        const [zombie] = await children()
        assert.ok(zombie)
        assert.equal(processes.identify(zombie.pid), undefined)
        assert.equal(processes.alive(zombie), false)
        assert.equal(processes.signal(zombie, 'SIGKILL', 'process'), false)
      }),
  },
  {
    name: 'lists parent, group, session and command',
    check: (processes) =>
      // The child says it: until its exec is done, the system shows no command of it.
      withShell(processes, "sh -c 'echo ready; sleep 61; :' & wait", async ({ identity }) => {
        const list = await processes.list()
        const leader = list.find((entry) => entry.pid === identity.pid)
        const child = list.find((entry) => entry.parent === identity.pid)
        assert.deepEqual(
          { ...leader, command: '' },
          { ...identity, parent: process.pid, group: identity.pid, session: identity.pid, zombie: false, command: '' },
        )
        assert.equal(child?.group, identity.pid)
        assert.match(child?.command ?? '', /sleep 61/)
        assert.ok(list.some((entry) => entry.pid === process.pid))
      }),
  },
  {
    name: 'finds processes by their environment, whole values only',
    check: (processes) =>
      withShell(
        processes,
        'setsid sleep 62 & echo ready; wait',
        async ({ identity }) => {
          const found = async () => processes.withEnvironment('BELFRY_CONTRACT', 'mark-1')
          await eventually(async () => (await found()).length === 2, 'both were found')
          assert.ok((await found()).some((entry) => entry.pid === identity.pid))
          assert.deepEqual(await processes.withEnvironment('BELFRY_CONTRACT', 'mark'), [])
          assert.deepEqual(await processes.withEnvironment('CONTRACT', 'mark-1'), [])
          for (const entry of await found()) processes.signal(entry, 'SIGKILL', 'process')
        },
        { BELFRY_CONTRACT: 'mark-1' },
      ),
  },
  {
    name: 'signals one process',
    check: (processes) =>
      withShell(processes, bystander, async (child) => {
        assert.equal(processes.signal(child.identity, 'SIGTERM', 'process'), true)
        assert.equal(await endedBy(child), 'SIGTERM')
      }),
  },
  {
    name: 'stops a process, says once it stands still, and lets it go on',
    check: (processes) =>
      withShell(processes, 'echo ready; while :; do :; done', async ({ identity }) => {
        assert.equal(processes.stopped(identity), false)
        assert.equal(processes.signal(identity, 'SIGSTOP', 'process'), true)
        await eventually(async () => processes.stopped(identity), 'it stood still')
        assert.equal(processes.alive(identity), true)
        assert.equal(processes.stopped({ ...identity, startTime: '1' }), false)
        assert.equal(processes.signal(identity, 'SIGCONT', 'process'), true)
        await eventually(async () => !processes.stopped(identity), 'it went on')
      }),
  },
  {
    name: 'signals the whole group of its leader',
    check: (processes) =>
      withShell(processes, 'sleep 63 & echo ready; wait', async (child) => {
        const members = (await processes.list()).filter((entry) => entry.group === child.identity.pid)
        assert.equal(members.length, 2)
        assert.equal(processes.signal(child.identity, 'SIGKILL', 'group'), true)
        assert.equal(await endedBy(child), 'SIGKILL')
        await eventually(async () => !members.some((member) => processes.alive(member)), 'all of the group ended')
      }),
  },
  {
    name: 'refuses to signal a group by a process that does not lead it',
    check: (processes) =>
      withShell(processes, 'sleep 64 & echo ready; wait', async ({ identity }) => {
        const child = (await processes.list()).find((entry) => entry.parent === identity.pid)
        assert.ok(child)
        assert.throws(() => processes.signal(child, 'SIGKILL', 'group'), /does not lead/)
        assert.equal(processes.alive(child), true)
      }),
  },
  {
    name: 'never signals a recycled pid, nor one of another boot',
    check: (processes) =>
      withShell(processes, bystander, async ({ identity }) => {
        assert.equal(processes.signal({ ...identity, startTime: '1' }, 'SIGKILL', 'process'), false)
        assert.equal(processes.signal({ ...identity, startTime: '1' }, 'SIGKILL', 'group'), false)
        assert.equal(processes.signal({ ...identity, bootId: 'another boot' }, 'SIGKILL', 'process'), false)
        assert.equal(processes.alive(identity), true)
      }),
  },
  {
    name: 'refuses to signal its own process and its ancestors',
    async check(processes) {
      for (const pid of [process.pid, process.ppid]) {
        const identity = processes.identify(pid)
        assert.ok(identity)
        assert.throws(() => processes.signal(identity, 'SIGTERM', 'process'), /refused to signal/)
        assert.throws(() => processes.signal(identity, 'SIGTERM', 'group'), /refused to signal/)
      }
    },
  },
]
