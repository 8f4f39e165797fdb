/** What people write is looked at harder than what Belfry once stored or answered. */
import { z } from 'zod'

/** A name that is shown in tables and logs; see `asWritten`. */
export function named<T extends z.ZodType>(schema: T): T {
  return schema.meta({ named: true })
}

const unprintable = /[\p{Cc}\p{Zl}\p{Zp}]/u

/**
 * The same schema, for input: fields that it does not know are refused rather than dropped, also in all that it holds, and so are
 * line breaks and control characters in names. Files of another Belfry are read by the schema itself.
 */
export function asWritten<T extends z.ZodType>(schema: T): T {
  return written(schema) as T
}

function written(schema: z.core.$ZodType): z.core.$ZodType {
  const { def } = schema._zod
  const copy = (changes: object): z.core.$ZodType => z.core.clone(schema, { ...def, ...changes })
  if (schema instanceof z.ZodObject) {
    const shape = schema.shape as z.core.$ZodShape
    return copy({
      shape: Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, written(field)])),
      catchall: unknownField(Object.keys(shape)),
    })
  }
  if (schema instanceof z.ZodArray) return copy({ element: written(schema.element) })
  if (schema instanceof z.ZodRecord)
    return copy({ keyType: written(schema.keyType), valueType: written(schema.valueType) })
  if (schema instanceof z.ZodDiscriminatedUnion || schema instanceof z.ZodUnion)
    return copy({ options: schema.options.map(written) })
  if (schema instanceof z.ZodPipe) return copy({ in: written(schema.in) })
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  )
    return copy({ innerType: written(schema.unwrap()) })
  if (schema instanceof z.ZodString && schema.meta()?.['named'] === true)
    return schema.refine((text) => !unprintable.test(text), 'must not have line breaks or control characters')
  return schema
}

function unknownField(known: readonly string[]): z.ZodType {
  return z.unknown().refine((value) => value === undefined, {
    error:
      known.length === 0 ? 'is not known: there are no fields' : `is not known; the fields are ${known.join(', ')}`,
  })
}
