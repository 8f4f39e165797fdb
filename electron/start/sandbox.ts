/** What Chromium's sandbox needs on Linux. */
import { execFile } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Tries it; where there is no `unshare` to try it with, the kernel's settings tell. */
export async function canMakeUserNamespaces(): Promise<boolean> {
  try {
    // With the mapping, since AppArmor may let a namespace be made and then refuse everything in it.
    await execute('unshare', ['--user', '--map-root-user', 'true'], { timeout: 5000 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return false
    return (
      setting('/proc/sys/user/max_user_namespaces') !== '0' &&
      setting('/proc/sys/kernel/unprivileged_userns_clone') !== '0' &&
      setting('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') !== '1'
    )
  }
}

function setting(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

export function hasSetuidSandbox(executable: string): boolean {
  try {
    const { uid, mode } = statSync(join(dirname(executable), 'chrome-sandbox'))
    return uid === 0 && (mode & 0o4111) === 0o4111
  } catch {
    return false
  }
}
