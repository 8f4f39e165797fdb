import path from 'node:path'
import { execa } from 'execa'
import { NotificationWatch, screenshot } from '../support/notifications'
import { projectRoot } from '../support/paths'
import { commandTask, test } from '../support/tray-app'
import { until } from '../support/until'

const shot = (name: string): string => path.join(projectRoot, 'resources', 'screenshots', `${name}.png`)

test('the desktop: tray menu and notification', async ({ startTray }) => {
  const watch = await NotificationWatch.start()
  const { client, page } = await startTray()
  await client.system.loadSamples()
  const window = await page()
  const copy = await client.tasks.create(
    commandTask('Photos to NAS', 'echo "::progress 62/100 IMG_4821.CR3"; sleep 600'),
  )
  await client.tasks.run({ id: copy.id })
  const failing = await client.tasks.create(
    commandTask(
      'Mirror to offsite',
      'echo "rsync: connection unexpectedly closed (0 bytes received so far)" >&2; exit 12',
    ),
  )
  await client.tasks.run({ id: failing.id })
  await watch.waitFor('Mirror to offsite')
  await until('the run under way', async () => (await client.system.status()).activeRuns === 1)
  // The daemon has been told; it, and the page, have still to draw it.
  await execa('xdotool', ['search', '--sync', '--onlyvisible', '--class', 'dunst'])
  await window.locator('[data-planned]').first().waitFor({ state: 'attached' })
  await window.getByRole('heading', { name: 'One thing needs you' }).waitFor()
  await window.getByText('62 %').first().waitFor()
  await screenshot(shot('desktop-notification'))
  // A right click opens the menu: the tray is at the panel's right end, beside the clock; its menu hangs below.
  await point(1360, 14)
  await execa('xdotool', ['click', '3'])
  await point(1220, 125)
  await point(1010, 125)
  await screenshot(shot('desktop-menu'))
  watch.stop()
})

/** Moves the pointer there, in steps as a hand does, so that menus follow. */
async function point(x: number, y: number): Promise<void> {
  for (const left of [6, 0])
    await execa('xdotool', ['mousemove', '--sync', String(x + left), String(y + left), 'sleep', '0.4'])
}
