import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { expect } from 'playwright/test'
import { projectRoot } from '../support/paths'
import { commandTask, test } from '../support/tray-app'
import { until } from '../support/until'

test('the page is sandboxed and gets nothing of Node or Electron', async ({ startTray }) => {
  const tray = await startTray()
  const page = await tray.page()
  expect(
    await page.evaluate(() =>
      ['require', 'process', 'module', 'global', 'Buffer', 'ipcRenderer'].filter((name) => name in window),
    ),
  ).toEqual([])
  const preferences = await tray.app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as { getLastWebPreferences(): object }
    return contents.getLastWebPreferences()
  })
  expect(preferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webviewTag: false,
    webSecurity: true,
  })
})

test('the page runs no script but its own', async ({ startTray }) => {
  const page = await (await startTray()).page()
  const blocked = await page.evaluate(async () => {
    const reports = new Set<string>()
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
      reports.add(`${effectiveDirective} ${blockedURI}`),
    )
    const script = document.createElement('script')
    script.textContent = 'window.injected = true'
    document.body.append(script)
    const image = document.createElement('img')
    image.setAttribute('onerror', 'window.injected = true')
    const failed = new Promise((resolve) => image.addEventListener('error', resolve))
    image.src = 'data:,'
    document.body.append(image)
    await failed
    // Later, since what the test itself evaluates is let through.
    const evaluated = await new Promise((resolve) =>
      setTimeout(() => {
        try {
          resolve(window.eval('true') as unknown)
        } catch {
          resolve(false)
        }
      }),
    )
    return { injected: 'injected' in window, evaluated, reports: [...reports].sort() }
  })
  expect(blocked).toEqual({
    injected: false,
    evaluated: false,
    reports: ['script-src-attr inline', 'script-src-elem inline'],
  })
})

test('the page can go nowhere, open nothing and reach nobody', async ({ startTray }) => {
  const asked: string[] = []
  const stranger = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end()
  })
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`
  const tray = await startTray()
  const page = await tray.page()

  expect(await page.evaluate((target) => window.open(`${target}/open`), url)).toBeNull()
  expect(
    await page.evaluate(
      (target) =>
        fetch(`${target}/fetch`).then(
          () => 'reached',
          () => 'refused',
        ),
      url,
    ),
  ).toBe('refused')
  await page.evaluate(
    (target) =>
      new Promise((resolve) => {
        const image = new Image()
        image.onerror = resolve
        image.onload = resolve
        image.src = `${target}/image.png`
      }),
    url,
  )
  await page.evaluate((target) => void (location.href = `${target}/navigate`), url)
  await until('the refusal', async () => (await tray.log()).includes('wanted to go elsewhere'))

  expect(page.url()).toMatch(/^app:\/\/belfry\//)
  expect(tray.app.windows()).toHaveLength(1)
  expect(asked).toEqual([])
  stranger.close()
})

test('the page may neither locate nor listen nor notify', async ({ startTray }) => {
  const page = await (await startTray()).page()
  const states = await page.evaluate(async () => {
    const names = ['geolocation', 'camera', 'microphone', 'notifications'] as PermissionName[]
    return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state))
  })
  expect(states).toEqual(['denied', 'denied', 'denied', 'denied'])
})

/** The page at a route, loaded from the start. */
async function loadTasks(page: Page): Promise<void> {
  await page.goto('app://belfry/?again#/tasks')
  await page.reload()
}

/** A port of our own, as the page asks for one; the page's own is closed by that. */
async function sendOverPort(page: Page, messages: readonly unknown[]): Promise<void> {
  await page.evaluate(async (given) => {
    const port = await new Promise<MessagePort | undefined>((resolve) => {
      addEventListener('message', (event: MessageEvent<{ type?: string }>) => {
        if (event.data.type === 'belfry:port') resolve(event.ports[0])
      })
      postMessage({ type: 'belfry:hello' }, location.origin)
    })
    for (const message of given) port?.postMessage(message)
    port?.postMessage('x'.repeat(40 * 1024 * 1024))
    port?.postMessage(new ArrayBuffer(16))
    port?.close()
  }, messages)
}

test('the page lists the tasks over its port, also after it was loaded again', async ({ startTray }) => {
  const tray = await startTray()
  await tray.client.tasks.create(commandTask('Nightly backup', 'true'))
  const page = await tray.page()
  for (let load = 0; load < 3; load += 1) {
    await loadTasks(page)
    await expect(page.getByText('Nightly backup').first()).toBeVisible()
  }
})

test('garbage over the port harms nobody', async ({ startTray }) => {
  const tray = await startTray()
  await tray.client.tasks.create(commandTask('Nightly backup', 'true'))
  const page = await tray.page()
  await sendOverPort(page, [
    null,
    42,
    'garbage',
    '{}',
    { i: '1', p: { u: '/tasks/list' } },
    ['x'],
    '{"i":"1","p":{"u":"/nope"}}',
  ])
  await until('the refusal', async () => (await tray.log()).includes('a message of the page was dropped'))
  expect((await tray.client.tasks.list()).items).toHaveLength(1)
  await loadTasks(page)
  await expect(page.getByText('Nightly backup').first()).toBeVisible()
  expect(await tray.log()).not.toContain('nobody caught')
})

/** Says hello as our page does; whether a port came is seen by `hasPort`. */
async function sayHello(page: Page): Promise<void> {
  await page.evaluate(() => {
    addEventListener('message', ({ ports }) => {
      if (ports.length > 0) Object.assign(window, { gotPort: true })
    })
    postMessage({ type: 'belfry:hello' }, location.origin)
  })
}
const hasPort = (page: Page): Promise<boolean> => page.evaluate(() => 'gotPort' in window)

const refused = 'a stranger asked for the host and was refused'

test('another page in our window that says hello is refused the host', async ({ startTray }) => {
  const stranger = createServer((_request, response) => response.end('<!doctype html><title>Stranger</title>'))
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/`
  const tray = await startTray()
  const page = await tray.page()
  // Whatever led it there: the page itself may not.
  await tray.app.evaluate(({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.loadURL(to), url)
  await expect(page).toHaveTitle('Stranger')
  expect(await tray.log()).not.toContain(refused)

  await sayHello(page)
  await until('the refusal', async () => (await tray.log()).includes(refused))
  expect((await tray.log()).split('\n').find((line) => line.includes(refused))).toContain(url)
  expect(await hasPort(page)).toBe(false)
  stranger.close()
})

test('our page in another window that says hello is refused the host', async ({ startTray }) => {
  const tray = await startTray()
  await tray.page()
  const opened = tray.app.waitForEvent('window')
  await tray.app.evaluate(
    ({ BrowserWindow }, preload) =>
      new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } }).loadURL('app://belfry/'),
    join(projectRoot, 'out', 'preload', 'preload.cjs'),
  )
  const page = await opened
  await until('the refusal', async () => (await tray.log()).includes(refused))
  await sayHello(page)
  await until('the refusals', async () => (await tray.log()).split(refused).length > 2)
  expect(await hasPort(page)).toBe(false)
})

test('a frame inside the page gets no port', async ({ startTray }) => {
  const tray = await startTray()
  const page = await tray.page()
  const framed = await page.evaluate(async () => {
    const frame = document.createElement('iframe')
    frame.src = 'app://belfry/'
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
    document.body.append(frame)
    await loaded
    return frame.contentDocument?.body.childElementCount ?? 'refused'
  })
  expect(framed).toBe('refused')
})

test('the page may save what it has made, and nothing else', async ({ startTray }) => {
  const tray = await startTray()
  const page = await tray.page()
  const asked = tray.app.evaluate(({ session }) => {
    const urls: string[] = []
    return new Promise<string[]>((resolve) =>
      session.defaultSession.on('will-download', (event, item) => {
        urls.push(`${item.getURL().split('/').slice(0, 3).join('/')} ${event.defaultPrevented ? 'refused' : 'saved'}`)
        // No dialog in a test.
        event.preventDefault()
        if (urls.length === 2) resolve(urls)
      }),
    )
  })
  await page.evaluate(async () => {
    const save = (href: string): void =>
      Object.assign(document.createElement('a'), { href, download: 'run.log' }).click()
    save(URL.createObjectURL(new Blob(['a log'])))
    save('data:text/plain,other')
  })
  expect((await asked).sort()).toEqual(['blob:app://belfry saved', 'data:text/plain,other refused'])
})
