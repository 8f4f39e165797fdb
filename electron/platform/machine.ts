import { homedir, hostname, userInfo } from 'node:os'
import type { Machine } from '../host/create-host'

/** This machine and the user who runs this process. The environment is copied: what changes later is not seen. */
export function thisMachine(): Machine {
  const { username, uid } = userInfo()
  return {
    hostname: hostname(),
    platform: process.platform,
    pid: process.pid,
    home: homedir(),
    env: { ...process.env },
    user: { name: username, uid },
  }
}
