import { expect, test } from '../support/own-host-page'
import { walkPage } from '../support/page-walk'

test('in a browser one imports, runs, follows the log, cancels, sees a failure and edits', async ({ host, open }) => {
  await walkPage(await open(), host.home)
  const { items } = await host.json<{ items: { status: string }[] }>(['runs'])
  expect(items.map(({ status }) => status).reverse()).toEqual(['succeeded', 'cancelled', 'failed', 'succeeded'])
})
