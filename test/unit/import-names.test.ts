import * as files from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { importCandidate } from '@shared/model/import'
import { distinctNames, type Found } from '../../electron/host/import/candidate'
import { parseCrontab } from '../../electron/host/import/crontab'
import { findSystem } from '../../electron/host/import/system'
import { makeMachine, type Machine } from '../support/machine'

const [entry] = parseCrontab('* * * * * true', { kind: 'crontab', path: null, user: null, system: false }).found

function called(...names: readonly string[]): Found[] {
  if (!entry) throw new Error('the entry was not read')
  return names.map((name) => ({ ...entry, candidate: { ...entry.candidate, name } }))
}
const namesOf = (found: readonly Found[]): string[] => found.map(({ candidate }) => candidate.name)

describe('a name that is taken already', () => {
  it('gets a number, the next one that is free', () => {
    expect(namesOf(distinctNames(called('a', 'b', 'a', 'a', 'a (2)'), ['b', 'a (3)']))).toEqual([
      'a',
      'b (2)',
      'a (2)',
      'a (4)',
      'a (2) (2)',
    ])
  })

  it.each([
    ['of 200 letters', 'x'.repeat(200)],
    ['of 198 letters', 'x'.repeat(198)],
    ['with spaces where it is cut', 'x'.repeat(190).padEnd(199, ' ') + 'x'],
    ['of emoji, cut within one', 'x' + '🔔'.repeat(99)],
  ])(
    '(%s) makes room for its number: a task may have 200 characters, or it is gone at the next start',
    (_what, name) => {
      const made = distinctNames(called(name, name, name), [])
      expect(new Set(namesOf(made)).size).toBe(3)
      for (const { candidate } of made) {
        expect(importCandidate.parse(candidate).name).toBe(candidate.name)
        expect(candidate.name).not.toMatch(/\p{Cs}/u)
      }
      expect(namesOf(made)[2]).toMatch(/^\S+ \(3\)$/u)
    },
  )

  it('is numbered at once, however many there are', () => {
    const began = performance.now()
    const made = namesOf(distinctNames(called(...Array<string>(30_000).fill('backup')), []))
    expect(performance.now() - began).toBeLessThan(2000)
    expect(made.at(-1)).toBe('backup (30000)')
  })
})

describe('a script that no task can be made of', () => {
  let machine: Machine
  beforeEach(async () => {
    machine = await makeMachine('root')
  })
  afterEach(() => machine.remove())

  it('is an error of its own; what else the machine has is found', async () => {
    const long = 'x'.repeat(250)
    await machine.write(`/etc/cron.weekly/${long}`, '#!/bin/sh\necho\n', 0o755)
    await machine.write('/etc/cron.weekly/zz-last', '#!/bin/sh\necho\n', 0o755)
    const { found, errors } = await findSystem({
      files,
      run: machine.run,
      user: { name: 'root', uid: 0 },
      root: machine.root,
    })
    expect(namesOf(found)).toContain('cron.weekly/zz-last')
    expect(errors).toContainEqual({
      line: null,
      path: `/etc/cron.weekly/${long}`,
      text: '',
      message: expect.stringContaining('at most 200 characters') as string,
    })
  })
})
