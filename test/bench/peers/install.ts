/** Fetches the schedulers that Belfry is measured beside: no dependencies of ours, so they go into a temporary folder. */
import { spawnSync } from 'node:child_process'
import { cp, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Peer {
  readonly name: string
  readonly command: readonly string[]
  readonly folder: string
}

const packages = { croner: '11.0.0', 'node-cron': '4.6.0', cron: '4.4.0', 'node-schedule': '2.1.1' }

/** Those that could be had; says of the others why not. */
export async function installPeers(): Promise<Peer[]> {
  const folder = await mkdtemp(join(tmpdir(), 'belfry-peers-'))
  for (const file of ['peer.mjs', 'peer.py'])
    await cp(fileURLToPath(new URL(file, import.meta.url)), join(folder, file))
  const wanted = Object.entries(packages).map(([name, version]) => `${name}@${version}`)
  const npm = spawnSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', ...wanted], {
    encoding: 'utf8',
  })
  if (npm.status !== 0) console.log(`no peers from npm: ${npm.stderr.trim().split('\n').at(-1) ?? ''}`)
  const peers: Peer[] =
    npm.status === 0
      ? Object.entries(packages).map(([name, version]) => ({
          name: `${name} ${version}`,
          command: [process.execPath, join(folder, 'peer.mjs'), name],
          folder,
        }))
      : []
  const found = pythons.flatMap((python) => apscheduler(python) ?? [])[0]
  if (found) {
    const { python, version } = found
    peers.push({ name: `APScheduler ${version}`, command: [python, '-W', 'ignore', join(folder, 'peer.py')], folder })
  } else console.log('no APScheduler: apt-get install python3-apscheduler')
  return peers
}

/** The distribution's packages are for the distribution's own: another python3 may come first in the PATH. */
const pythons = ['python3', '/usr/bin/python3']

function apscheduler(python: string): { readonly python: string; readonly version: string } | undefined {
  const asked = spawnSync(python, ['-c', 'import apscheduler; print(apscheduler.version)'], { encoding: 'utf8' })
  return asked.status === 0 ? { python, version: asked.stdout.trim() } : undefined
}
