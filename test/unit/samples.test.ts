import { describe, expect, it } from 'vitest'
import { taskDefinition } from '@shared/model/task'
import samples from '../../resources/samples.json'

describe('the sample tasks', () => {
  it.each(samples.map((sample) => [sample.name, sample] as const))(
    '"%s" is a task that Belfry takes',
    (_name, sample) => {
      expect(taskDefinition.safeParse(sample).error).toBeUndefined()
    },
  )

  it('are six, each with a name of its own', () => {
    expect(new Set(samples.map((sample) => sample.name)).size).toBe(6)
  })
})
