/** Which machine this is: a data folder on a network disk may be looked at from several. */
import { execFile } from 'node:child_process'
import { hostname } from 'node:os'
import { promisify } from 'node:util'
import type { Files } from '../ports'

const run = promisify(execFile)

/** The installation's own id; the host's name where there is none. */
export async function readMachineId(files: Files, platform: NodeJS.Platform = process.platform): Promise<string> {
  return (await installationId(files, platform).catch(() => undefined)) ?? hostname()
}

async function installationId(files: Files, platform: NodeJS.Platform): Promise<string | undefined> {
  switch (platform) {
    case 'darwin': {
      const { stdout } = await run('/usr/sbin/ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice'])
      return /"IOPlatformUUID" = "([^"]+)"/.exec(stdout)?.[1]
    }
    case 'win32': {
      const { stdout } = await run('reg', ['query', 'HKLM\\SOFTWARE\\Microsoft\\Cryptography', '/v', 'MachineGuid'])
      return /REG_SZ\s+(\S+)/.exec(stdout)?.[1]
    }
    default: {
      const id = (await files.readFile('/etc/machine-id', 'utf8')).trim()
      return /^[0-9a-f]{32}$/.test(id) ? id : undefined
    }
  }
}
