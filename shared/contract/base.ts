/** What every procedure shares: the one error shape. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { errorStatus, type ErrorCode } from '../errors'

const data = z.object({ field: z.string().optional(), detail: z.unknown().optional() }).optional()

const errors = Object.fromEntries(
  Object.entries(errorStatus).map(([code, status]) => [code, { status, data }]),
) as Record<ErrorCode, { status: number; data: typeof data }>

export const procedure = oc.errors(errors)
