/** Ends a run's processes: TERM, after a grace KILL, then a second look. */
import { messageOf } from '@shared/errors'
import type { ProcessIdentity, Survivor } from '@shared/model/run'
import type { Clock, Logger, ProcessInfo, Processes } from '../ports'
import { Bell } from './bell'
import { asSurvivor, type ProcessTree } from './process-tree'

type Signal = Parameters<Processes['signal']>[1]

export interface EndTreeOptions {
  readonly tree: ProcessTree
  readonly processes: Processes
  readonly clock: Clock
  readonly log: Logger
}

/** How often a KILL is repeated: something may fork faster than it is found. */
const killRounds = 40
/** After so many the output that is still on its way no longer counts. */
const gentleRounds = 5
/** Ms that carriers of output get to hand on the rest once all others are gone. */
const carrierPatience = 1000

export class TreeEnding {
  private readonly bell: Bell
  private deadline = Number.POSITIVE_INFINITY
  private readonly asked = new Set<string>()
  private carriers: readonly ProcessInfo[] = []

  constructor(private readonly options: EndTreeOptions) {
    this.bell = new Bell(options.clock)
  }

  /** Sets, or brings forward, the moment of KILL: `grace` ms from now. */
  within(grace: number): void {
    this.deadline = Math.min(this.deadline, this.options.clock.monotonic() + grace)
    this.bell.ring()
  }

  /** Something has ended: look at once. */
  nudge(): void {
    this.bell.ring()
  }

  /** Call `within` first. Never rejects. Resolves with whatever could not be ended. */
  async perform(): Promise<Survivor[]> {
    try {
      if (await this.terminate()) await this.kill()
      await this.endCarriers()
      // A look can miss what was forked while it looked.
      for (let again = 0; again < 3; again++) {
        const members = await this.look()
        if (members.length === 0) return []
        await this.kill()
      }
      return (await this.look()).map(asSurvivor)
    } catch (error) {
      this.options.log.error({ err: error }, 'could not look at the processes of a run while ending it')
      return []
    }
  }

  /** @returns false when all ended by themselves */
  private async terminate(): Promise<boolean> {
    for (let first = true; ; first = false) {
      const members = await this.look()
      if (members.length === 0) return false
      this.askToEnd(members, first)
      for (
        let pause = 10;
        members.some((member) => this.options.processes.alive(member));
        pause = Math.min(pause * 2, 200)
      ) {
        const left = this.deadline - this.options.clock.monotonic()
        if (left <= 0) return true
        await this.bell.wait(Math.min(pause, left))
      }
    }
  }

  private askToEnd(members: readonly ProcessInfo[], wholeGroup: boolean): void {
    const { leader } = this.options.tree
    const reached = wholeGroup && leader !== null && this.signalGroup(leader, 'SIGTERM')
    for (const member of members) {
      const name = `${member.pid} ${member.startTime}`
      if (!this.asked.has(name) && !(reached && member.group === leader.pid)) this.signal(member, 'SIGTERM')
      this.asked.add(name)
    }
  }

  private async kill(): Promise<void> {
    const { tree } = this.options
    for (let round = 0, quiet = 0; round < killRounds && quiet < 2; round++) {
      const members = await this.look()
      quiet = members.length === 0 ? quiet + 1 : 0
      for (const member of members) this.signal(member, 'SIGKILL')
      // Whoever forks faster than it is found is only caught with the whole group, output or not.
      if (round >= gentleRounds && members.length > 0 && tree.leader) this.signalGroup(tree.leader, 'SIGKILL')
      if (members.length > 0) await this.bell.wait(Math.min(5 * (round + 1), 50))
    }
  }

  /** They end by themselves once nobody writes to them; those that do not are killed. */
  private async endCarriers(): Promise<void> {
    const { processes, clock, tree } = this.options
    const until = clock.monotonic() + carrierPatience
    const living = (): ProcessInfo[] => this.carriers.filter((carrier) => processes.alive(carrier))
    // A host that was killed while it held them still has left them so.
    for (const carrier of living()) this.signal(carrier, 'SIGCONT')
    while (living().length > 0 && clock.monotonic() < until) await this.bell.wait(20)
    if (living().length > 0 && tree.leader) this.signalGroup(tree.leader, 'SIGKILL')
    for (const carrier of living()) this.signal(carrier, 'SIGKILL')
  }

  private async look(): Promise<readonly ProcessInfo[]> {
    const { members, carriers } = await this.options.tree.look()
    this.carriers = carriers
    return members
  }

  private signal(identity: ProcessIdentity, signal: Signal): void {
    try {
      this.options.processes.signal(identity, signal, 'process')
    } catch (error) {
      this.options.log.warn(
        { pid: identity.pid, signal, reason: messageOf(error) },
        'could not signal a process of a run',
      )
    }
  }

  /** @returns whether the whole group was reached */
  private signalGroup(leader: ProcessIdentity, signal: Signal): boolean {
    try {
      return this.options.processes.signal(leader, signal, 'group')
    } catch {
      // It does not lead its group (a module), or may not be signalled as one: its members are, one by one.
      return false
    }
  }
}
