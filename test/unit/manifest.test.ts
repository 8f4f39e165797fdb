import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { manifest, projectRoot } from '../support/paths'

const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8')
const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/

describe('package.json', () => {
  it.each([
    ['bin.belfry', manifest.bin.belfry, 'cli'],
    ['main', manifest.main, 'main'],
  ])('names as %s what the build makes: %s', (_field, built, name) => {
    expect(built).toBe(`out/main/${name}.js`)
    expect(existsSync(join(projectRoot, 'electron', `${name}.ts`))).toBe(true)
  })

  it.each(['dependencies', 'devDependencies', 'overrides'] as const)('has an exact version for all %s', (kind) => {
    expect(Object.entries(manifest[kind]).filter(([, version]) => !exact.test(version))).toEqual([])
    expect(Object.keys(manifest[kind])).not.toEqual([])
  })

  it('is ESM under the MIT licence for Node 20.19 and later', () => {
    expect(manifest).toMatchObject({ type: 'module', license: 'MIT', engines: { node: '>=20.19' } })
    expect(read('LICENSE')).toMatch(/^MIT License\n/)
  })

  it('has every script', () => {
    const wanted = ['start', 'dev', 'build', 'test', 'lint', 'typecheck', 'bench', 'package']
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(wanted))
  })

  it('has scripts that start files which are there', () => {
    const files = Object.values(manifest.scripts).flatMap((line) =>
      [...line.matchAll(/\bnode (\S+)/g)].map(([, file]) => file ?? ''),
    )
    const sources = files.map((file) => file.replace(/^out\/main\/(.*)\.js$/, 'electron/$1.ts'))
    expect(sources.filter((file) => !existsSync(join(projectRoot, file)))).toEqual([])
  })

  it('is what the lock file was made from', () => {
    const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, object> }
    const { version, license, bin, engines, dependencies, devDependencies } = manifest
    expect(lock.packages['']).toMatchObject({ version, license, bin, engines, dependencies, devDependencies })
  })
})
