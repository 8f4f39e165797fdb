/** What files say about themselves, and how what is wrong with one is told. */
import { z } from 'zod'
import { BelfryError, invalidInput, messageOf } from '@shared/errors'

class NewerFormatError extends BelfryError {
  constructor(name: string, format: number, known: number, writtenBy: string | undefined, version: string) {
    const writer = writtenBy ?? '(version not given)'
    super(
      'CONFLICT',
      `${name} was written by Belfry ${writer} in format ${format}; this is Belfry ${version} and knows formats up to ${known}. ` +
        `Start Belfry ${writer} or later; nothing was changed`,
    )
  }
}

/** @throws CONFLICT when a file is of a later format than this Belfry knows; names the Belfry that wrote it. */
export function refuseNewer(
  name: string,
  format: number,
  known: number,
  writtenBy: string | undefined,
  version: string,
): void {
  if (format > known) throw new NewerFormatError(name, format, known, writtenBy, version)
}

export function isNewer(error: unknown): boolean {
  return error instanceof NewerFormatError
}

/** Why something was not taken, in a few words: the first broken rule with its field. */
export function describe(error: unknown): string {
  if (!(error instanceof z.ZodError)) return messageOf(error)
  const { field, message } = invalidInput(error)
  return field === undefined ? message : `${field}: ${message}`
}
