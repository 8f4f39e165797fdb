import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { builtCli, manifest } from '../support/paths'

describe('package.json’s belfry', () => {
  it('is a command that starts by itself', async () => {
    const { stdout } = await execa(builtCli, ['--version'])
    expect(stdout).toBe(manifest.version)
  })
})
