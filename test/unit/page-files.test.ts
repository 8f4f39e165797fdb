import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerPage } from '../../electron/desktop/page-files'

let root: string
let folder: string
const get = (url: string, method = 'GET') => answerPage(folder, { method, url })

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'belfry-page-'))
  folder = join(root, 'renderer')
  await mkdir(join(folder, 'assets'), { recursive: true })
  await mkdir(join(root, 'renderer-other'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Belfry</title>')
  await writeFile(join(folder, 'assets', 'index-1.js'), 'export {}')
  await writeFile(join(folder, 'assets', 'a b.css'), 'a{}')
  await writeFile(join(folder, 'assets', 'secret.sh'), 'echo secret')
  await writeFile(join(root, 'secret.json'), '{"secret":true}')
  await writeFile(join(root, 'renderer-other', 'secret.json'), '{"secret":true}')
})
afterAll(() => rm(root, { recursive: true, force: true }))

describe('app://belfry/', () => {
  it.each([
    ['app://belfry/', 'text/html; charset=utf-8', '<!doctype html><title>Belfry</title>'],
    ['app://belfry/?x=1#/tasks', 'text/html; charset=utf-8', '<!doctype html><title>Belfry</title>'],
    ['app://belfry/assets/index-1.js', 'text/javascript; charset=utf-8', 'export {}'],
    ['app://belfry/assets/a%20b.css', 'text/css; charset=utf-8', 'a{}'],
  ])('serves %s as %s', async (url, type, body) => {
    const answer = await get(url)
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, type, body])
  })

  it('lets only its own scripts run, and nobody frame it', async () => {
    const policy = (await get('app://belfry/')).headers.get('content-security-policy') ?? ''
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]),
    )
    expect(policy).not.toContain('unsafe-eval')
  })

  it.each([
    'app://belfry/../secret.json',
    'app://belfry/%2e%2e/secret.json',
    'app://belfry/..%2fsecret.json',
    'app://belfry/assets/..%2f..%2fsecret.json',
    'app://belfry/..%2frenderer-other/secret.json',
    'app://belfry/..%5csecret.json',
    'app://belfry/assets%00/index-1.js',
    'app://belfry/%',
    'app://belfry/assets',
    'app://belfry/assets/',
    'app://belfry/assets/missing.js',
    'app://belfry/assets/secret.sh',
    'app://elsewhere/index.html',
    'file:///etc/hostname.txt',
    'nonsense',
  ])('has nothing at %s', async (url) => {
    const answer = await get(url)
    expect(answer.status).toBe(404)
    expect(await answer.text()).not.toContain('secret')
  })

  it('does not follow a link out of its folder', async () => {
    await symlink(join(root, 'secret.json'), join(folder, 'link.json'))
    expect((await get('app://belfry/link.json')).status).toBe(404)
  })

  it('refuses to be written to', async () => {
    expect((await get('app://belfry/', 'POST')).status).toBe(405)
  })

  it('answers HEAD without a body', async () => {
    const answer = await get('app://belfry/', 'HEAD')
    expect([answer.status, await answer.text()]).toEqual([200, ''])
  })
})
