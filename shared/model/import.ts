/** What an import would make, or has made. */
import { z } from 'zod'
import { importSource, taskDefinition, taskView } from './task'

export const importError = z.object({
  /** Null when the source itself could not be read. */
  line: z.int().nullable(),
  path: z.string().nullable(),
  text: z.string(),
  message: z.string(),
})
export type ImportError = z.infer<typeof importError>

/** A task that a dry run would make. */
export const importCandidate = taskDefinition.extend({ source: importSource, locked: z.string().nullable() })
export type ImportCandidate = z.infer<typeof importCandidate>

export const importAnswer = z.object({
  dryRun: z.boolean(),
  /** Empty in a dry run. */
  created: z.array(taskView),
  /** What a dry run would create; empty otherwise. */
  wouldCreate: z.array(importCandidate),
  /** Found to be here already; nothing about them was touched. */
  unchanged: z.array(taskView),
  errors: z.array(importError),
  /** What the operator should read: MAILTO, jobs of other users, originals switched off and where their copy is. */
  notes: z.array(z.string()),
})
export type ImportAnswer = z.infer<typeof importAnswer>
