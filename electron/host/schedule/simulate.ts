/** What the whole schedule would do: the planner and the dispatcher on a clock of their own. Nothing runs, nothing is stored. */
import { BelfryError } from '@shared/errors'
import type { Simulation } from '@shared/model/schedule'
import type { Settings } from '@shared/model/settings'
import type { Task } from '@shared/model/task'

export interface SimulationInput {
  readonly tasks: readonly Task[]
  readonly settings: Settings
  /** How long a run of the task is taken to last, ms. */
  readonly duration: (taskId: string) => number
  readonly zone: string
  /** Ms. */
  readonly from: number
  readonly until: number
  readonly asleep: readonly { readonly from: number; readonly until: number }[]
  /** How many of the first events to list. */
  readonly limit: number
  /** Lets others have their turn; called every few ms. */
  readonly breathe: () => Promise<void>
}

export function simulate(_input: SimulationInput): Promise<Simulation> {
  return Promise.reject(new BelfryError('INTERNAL', 'not yet'))
}
