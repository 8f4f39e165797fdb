/** The contract: the only door to the host. Implemented once in electron/host/api. */
import type { ContractRouterClient } from '@orpc/contract'
import { runs } from './runs'
import { inbox, schedule } from './schedule'
import { settings } from './settings'
import { events, imports, system } from './system'
import { tasks } from './tasks'

export const contract = { tasks, runs, schedule, inbox, settings, system, import: imports, events }
export type Contract = typeof contract
/** What every client is, whatever carries it. */
export type Client = ContractRouterClient<Contract>
