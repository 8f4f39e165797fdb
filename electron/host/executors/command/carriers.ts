/** The two processes of a wrapper that append output to the spools, held still while a spool is cut. */
import type { ProcessIdentity } from '@shared/model/run'
import type { Clock, ProcessInfo, Processes } from '../../ports'
import { Bell } from '../../run/bell'
import type { Alone } from './spool'
import { carriersAmong } from './wrapper'

/** Ms that they get to finish the write that they are at; a disk can take long. */
const patience = 100

export class Carriers {
  private readonly bell: Bell
  private known: readonly ProcessInfo[] = []

  constructor(
    private readonly processes: Processes,
    clock: Clock,
    private readonly leader: ProcessIdentity,
  ) {
    this.bell = new Bell(clock)
  }

  /** The command goes on meanwhile: its pipes take some more. */
  readonly hold: Alone = async (use) => {
    const carriers = await this.find()
    if (!carriers) return undefined
    try {
      for (const carrier of carriers) this.processes.signal(carrier, 'SIGSTOP', 'process')
      return (await this.stand(carriers)) ? await use() : undefined
    } finally {
      for (const carrier of carriers) this.processes.signal(carrier, 'SIGCONT', 'process')
    }
  }

  /** Those that still live; undefined when the wrapper, by which they are known, was gone before they were. */
  private async find(): Promise<readonly ProcessInfo[] | undefined> {
    if (this.known.length < 2) {
      const found = carriersAmong(await this.processes.list(), this.leader)
      if (found.length === 0 && !this.processes.alive(this.leader)) return undefined
      this.known = found
    }
    return this.known.filter((carrier) => this.processes.alive(carrier))
  }

  private async stand(carriers: readonly ProcessInfo[]): Promise<boolean> {
    const moving = (): boolean =>
      carriers.some((carrier) => !this.processes.stopped(carrier) && this.processes.alive(carrier))
    for (let waited = 0; moving(); waited++) {
      if (waited === patience) return false
      await this.bell.wait(1)
    }
    return true
  }
}
