import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { invalidInput } from '@shared/errors'
import { taskDefinition } from '@shared/model/task'

const refusal = (schema: z.ZodType, given: unknown) => {
  const { field, message } = invalidInput(schema.safeParse(given).error ?? [])
  return [field, message]
}

describe('what breaks a rule is told in our words', () => {
  it.each<[z.ZodType, unknown, string]>([
    [z.array(z.int()).max(50), Array(51).fill(1), 'must have at most 50 entries'],
    [z.array(z.int()).min(1), [], 'must have at least 1 entry'],
    [z.record(z.string(), z.int()), 5, 'must be an object, not a number'],
    [z.string().max(10), 'x'.repeat(11), 'must have at most 10 characters'],
    [z.string().min(1), '', 'must have at least 1 character'],
    [z.number().max(10), 11, 'must be at most 10'],
    [z.number().min(0), -1, 'must be at least 0'],
    [z.number().gt(0), 0, 'must be more than 0'],
    [z.number().lt(5), 5, 'must be less than 5'],
    [z.int(), 1.5, 'must be a whole number'],
    [z.number(), NaN, 'must be a number'],
    [z.boolean(), 'yes', 'must be true or false, not text'],
    [z.string(), undefined, 'is missing'],
    [z.object({}), null, 'must be an object, not null'],
    [z.array(z.int()), {}, 'must be a list, not an object'],
    [z.enum(['a', 'b']), 'c', 'must be one of a, b'],
    [z.literal('a'), 'c', 'must be a'],
    [
      z.union([z.object({ a: z.string().max(1) }), z.object({ b: z.int() })]),
      { a: 'xx' },
      'must have at most 1 character',
    ],
    [z.string().max(1, 'is too long for me'), 'xx', 'is too long for me'],
  ])('%#', (schema, given, message) => {
    expect(refusal(z.object({ field: schema }), { field: given })).toEqual([
      expect.stringMatching(/^field/) as string,
      message,
    ])
  })

  it('also of a task', () => {
    const triggers = Array.from({ length: 51 }, () => ({ kind: 'manual' }))
    const action = { kind: 'command', command: 'true' }
    expect(refusal(taskDefinition, { name: 'a', action, triggers })).toEqual([
      'triggers',
      'must have at most 50 entries',
    ])
  })
})
