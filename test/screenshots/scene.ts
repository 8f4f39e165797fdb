/** A small studio's machine, for pictures: tasks with a past, some of them running. */
import { appendFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Run } from '@shared/model/run'
import type { TaskView } from '@shared/model/task'
import { startHost, temporaryFolder, type TestHost } from '../support/host'
import { makeRun } from '../support/make-run'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

interface Actor {
  readonly name: string
  readonly tags: readonly string[]
  readonly when: readonly string[]
  readonly command?: string
  /** How its runs lie in the past: one each `every` ms, the last `ago` ms ago, taking about `takes` ms. */
  readonly past?: { readonly every: number; readonly ago: number; readonly takes: number; readonly count: number }
  /** How many of the last runs broke, and why. */
  readonly broken?: { readonly count: number; readonly status: 'failed' | 'timed_out'; readonly message: string }
  readonly running?: true
  readonly paused?: true
}

const progress = (from: number, to: number, item: string): string =>
  `for i in $(seq ${from} ${to}); do echo "::progress $i/100 ${item}"; sleep 3; done; sleep 600`

const copying = [
  'echo "source  /home/mara/Pictures    4,812 files, 29.7 GB"',
  'echo "target  nas.local:/volume1/photos"',
  'printf "\\033[32mok\\033[0m      nas.local answers after 1.2 s, \\033[36m10 Gbit/s\\033[0m, 3.1 TB free\\n"',
  'for i in 4402 4403 4631 4655 4656 4657; do printf "\\033[34mcopy\\033[0m    2027/03/22/IMG_$i.CR3     26.8 MB   44.9 MB/s\\n"; done',
  'echo "warning: IMG_4630.CR3 changed while it was read, put at the end" >&2',
  'printf "\\033[35mdedupe\\033[0m  2027/03/23/IMG_4655.CR3 is already there, skip\\n"',
  progress(60, 62, 'IMG_4821.CR3'),
].join('; ')

const actors: readonly Actor[] = [
  {
    name: 'Mirror to offsite',
    tags: ['backup'],
    when: ['--cron', '10 */6 * * *'],
    past: { every: 6 * hour, ago: 3.2 * hour, takes: 20 * minute, count: 19 },
    broken: {
      count: 4,
      status: 'failed',
      message: 'rsync: connection unexpectedly closed (0 bytes received so far) [sender]',
    },
  },
  {
    name: 'SMART self-test',
    tags: ['health'],
    when: ['--cron', '0 4 * * sun'],
    past: { every: 7 * day, ago: 5 * day, takes: 12 * minute, count: 3 },
    broken: { count: 1, status: 'timed_out', message: 'timed out after 2h' },
  },
  {
    name: 'Photos to NAS',
    tags: ['nas', 'photos'],
    when: ['--cron', '35 */2 * * *'],
    past: { every: 2 * hour, ago: 1.9 * hour, takes: 13 * minute, count: 20 },
    command: copying,
    running: true,
  },
  {
    name: 'Market data sync',
    tags: ['finance'],
    when: ['--cron', '30 8-17 * * mon-fri'],
    past: { every: hour, ago: 0.9 * hour, takes: 11 * minute, count: 18 },
    command: progress(64, 66, 'prices of 24 March'),
    running: true,
  },
  {
    name: 'Scan inbox OCR',
    tags: ['documents'],
    when: ['--every', '90m'],
    past: { every: 1.5 * hour, ago: 1.2 * hour, takes: 4 * minute, count: 20 },
    command: 'echo scan_0007.pdf; sleep 600',
    running: true,
  },
  {
    name: 'Mail archive',
    tags: ['documents'],
    when: ['--cron', '0 1 * * *'],
    past: { every: day, ago: 14 * hour, takes: 3 * minute, count: 12 },
    paused: true,
  },
  {
    name: 'Certificate expiry check',
    tags: ['network'],
    when: ['--cron', '0 7 * * *'],
    past: { every: day, ago: 8 * hour, takes: 1400, count: 15 },
  },
  {
    name: 'Disk space',
    tags: ['health'],
    when: ['--cron', '0 * * * *'],
    past: { every: hour, ago: 0.3 * hour, takes: 300, count: 30 },
  },
  {
    name: 'Let’s Encrypt renewal',
    tags: ['network'],
    when: ['--cron', '20 3,15 * * *'],
    past: { every: 12 * hour, ago: 7 * hour, takes: 8100, count: 20 },
  },
  {
    name: 'Media transcode',
    tags: ['photos'],
    when: ['--cron', '0 22 * * *'],
    past: { every: day, ago: 11 * hour, takes: 2.3 * hour, count: 12 },
  },
  {
    name: 'Nightly backup',
    tags: ['backup', 'restic'],
    when: ['--cron', '15 2 * * *'],
    past: { every: day, ago: 9 * hour, takes: 48 * minute, count: 18 },
  },
  {
    name: 'Postgres dump',
    tags: ['backup', 'db'],
    when: ['--cron', '30 1,13 * * *'],
    past: { every: 12 * hour, ago: 5 * hour, takes: 186_000, count: 20 },
  },
  {
    name: 'Update blocklists',
    tags: ['network'],
    when: ['--cron', '40 4 * * *'],
    past: { every: day, ago: 6 * hour, takes: 4000, count: 15 },
  },
  { name: 'Tidy Downloads', tags: [], when: ['--startup', 'boot'] },
]

/** The zone that the pictures are taken in. */
const env = { TZ: 'Europe/Berlin' }

/** The host of the scene, with its runs under way. `home` is removed by the caller. */
export async function startScene(): Promise<TestHost> {
  const home = await temporaryFolder()
  const first = await startHost({ home, env })
  const tasks = new Map<string, Actor>()
  for (const actor of actors) {
    const tags = actor.tags.flatMap((tag) => ['--tag', tag])
    const command = actor.command ?? `echo ${actor.name.length} files`
    const { id } = await first.json<TaskView>([
      'add',
      '--name',
      actor.name,
      '--command',
      command,
      ...tags,
      ...actor.when,
    ])
    tasks.set(id, actor)
  }
  await first.stop()
  const runs = [...tasks].flatMap(([id, actor]) => history(id, actor, Date.now()))
  await writeHistory(
    home,
    runs.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1)),
  )
  const host = await startHost({ home, env })
  for (const [id, actor] of tasks) {
    if (actor.running) await host.json(['run', id])
    if (actor.paused) await host.json(['pause', id])
  }
  return host
}

function history(taskId: string, { name, past, broken }: Actor, now: number): Run[] {
  if (!past) return []
  return Array.from({ length: past.count }, (_, index) => {
    const left = past.count - 1 - index
    const start = now - past.ago - left * past.every
    const broke = broken !== undefined && left < broken.count ? broken : undefined
    const took = Math.round(broke ? Math.min(past.takes, 4000) : past.takes * (0.8 + ((index * 37) % 40) / 100))
    const at = (ms: number): string => new Date(ms).toISOString()
    return makeRun({
      id: `${taskId}-${index + 1}`,
      number: index + 1,
      taskId,
      taskName: name,
      status: broke?.status ?? 'succeeded',
      triggeredBy: 'cron',
      createdAt: at(start),
      scheduledAt: at(start),
      finishedAt: at(start + took),
      updatedAt: at(start + took),
      durationMs: took,
      exitCode: broke ? 12 : 0,
      error: broke ? { code: 'EXIT_CODE', message: broke.message } : null,
    })
  })
}

/** Straight into the journal, as one repairs it by hand: a line needs no checksum. */
async function writeHistory(home: string, runs: readonly Run[]): Promise<void> {
  await mkdir(path.join(home, 'runs'), { recursive: true })
  for (const run of runs) {
    const file = path.join(home, 'runs', `${run.createdAt.slice(0, 7)}.jsonl`)
    await appendFile(file, `${JSON.stringify({ v: { kind: 'run', run } })}\n`)
  }
}
