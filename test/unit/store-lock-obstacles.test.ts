import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { acquireLock } from '../../electron/host/store/lock'
import { systemProcesses } from '../../electron/platform/processes'
import { storePorts } from '../support/store-ports'
import { tempFolder } from '../support/temp-folder'

const ports = { ...storePorts(), processes: systemProcesses() }
const acquire = (folder: string) =>
  acquireLock(ports, folder, { kind: 'headless', control: { path: '/run/belfry.sock', token: null } })

describe('what lies where the lock belongs and is none', () => {
  it('is refused with how to remove it when it is a link that leads nowhere', async () => {
    const folder = await tempFolder()
    await symlink('/nowhere/at/all', join(folder, 'lock'))
    await expect(acquire(folder)).rejects.toMatchObject({
      code: 'STORAGE',
      message: `${join(folder, 'lock')} is in the way: it is a link; remove it with: rm ${join(folder, 'lock')}`,
    })
  })

  it('is refused when it is a folder', async () => {
    const folder = await tempFolder()
    await mkdir(join(folder, 'lock'))
    await expect(acquire(folder)).rejects.toMatchObject({ code: 'STORAGE' })
  })
})
