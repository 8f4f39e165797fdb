/** The tray as a desktop sees it: items on the StatusNotifierWatcher, their menus as com.canonical.dbusmenu. */
import { callMethod, getProperty, type BusObject, type BusValue } from './session-bus'
import { until } from './until'

export interface TrayItem {
  readonly service: string
  readonly path: string
  readonly id: string
  readonly title: string
  readonly status: string
  readonly toolTip: string
  readonly menu: BusObject
}

export interface TrayMenuEntry {
  readonly id: number
  /** Without the underscores that mark mnemonics. */
  readonly label: string
  readonly separator: boolean
  readonly enabled: boolean
  readonly visible: boolean
  /** Null for what is neither check box nor radio button. */
  readonly checked: boolean | null
  readonly children: readonly TrayMenuEntry[]
}

const watcher: BusObject = {
  service: 'org.kde.StatusNotifierWatcher',
  path: '/StatusNotifierWatcher',
  interface: 'org.kde.StatusNotifierWatcher',
}

/** What the panel shows now. */
async function trayItems(): Promise<TrayItem[]> {
  const registered = (await getProperty(watcher, 'RegisteredStatusNotifierItems')) as readonly string[]
  return Promise.all(registered.map(readItem))
}

/** The only item in the tray, as soon as there is one. */
export async function trayItem(): Promise<TrayItem> {
  return until('the tray item', async () => (await trayItems())[0])
}

/** A primary click on the item. */
export async function activateTrayItem(item: TrayItem): Promise<void> {
  await callMethod(itemObject(item.service, item.path), 'Activate', 'ii', '0', '0')
}

export async function trayMenu(item: TrayItem): Promise<readonly TrayMenuEntry[]> {
  const [, root] = await callMethod(item.menu, 'GetLayout', 'iias', '0', '-1', '0')
  return entry(root as Node).children
}

/**
 * Clicks the entry that these labels lead to, as soon as it is there and enabled.
 * @param labels from the top: a text, or a pattern for what carries a number
 */
export async function clickTrayMenu(item: TrayItem, ...labels: ReadonlyArray<string | RegExp>): Promise<void> {
  const target = await until(`the tray menu's ${labels.join(' ▸ ')}`, async () => {
    const found = findEntry(await trayMenu(item), labels)
    return found?.enabled ? found : undefined
  })
  await callMethod(item.menu, 'Event', 'isvu', String(target.id), 'clicked', 'i', '0', '0')
}

/** @returns undefined when no visible entry has these labels */
export function findEntry(
  entries: readonly TrayMenuEntry[],
  labels: ReadonlyArray<string | RegExp>,
): TrayMenuEntry | undefined {
  const [first, ...rest] = labels
  const found = entries.find(
    ({ label, visible }) => visible && (first instanceof RegExp ? first.test(label) : label === first),
  )
  return rest.length === 0 || !found ? found : findEntry(found.children, rest)
}

async function readItem(registered: string): Promise<TrayItem> {
  // `:1.7/StatusNotifierItem`, or a name alone, whose item is at the usual path.
  const slash = registered.indexOf('/')
  const service = slash < 0 ? registered : registered.slice(0, slash)
  const path = slash < 0 ? '/StatusNotifierItem' : registered.slice(slash)
  const object = itemObject(service, path)
  const text = async (name: string): Promise<string> => (await getProperty(object, name)) as string
  const [id, title, status, menu, toolTip] = await Promise.all([
    text('Id'),
    text('Title'),
    text('Status'),
    text('Menu'),
    // (icon name, icons, title, description)
    getProperty(object, 'ToolTip') as Promise<readonly unknown[]>,
  ])
  return {
    service,
    path,
    id,
    title,
    status,
    toolTip: [toolTip[2], toolTip[3]].filter((part) => part !== '').join('\n'),
    menu: { service, path: menu, interface: 'com.canonical.dbusmenu' },
  }
}

const itemObject = (service: string, path: string): BusObject => ({
  service,
  path,
  interface: 'org.kde.StatusNotifierItem',
})

/** (id, properties, children): a layout as GetLayout answers it. */
type Node = readonly [number, Readonly<Record<string, BusValue | undefined>>, readonly BusValue[]]

function entry([id, properties, children]: Node): TrayMenuEntry {
  const value = (name: string): unknown => properties[name]?.data
  const label = value('label')
  return {
    id,
    label: typeof label === 'string' ? label.replace(/_(.)/g, '$1') : '',
    separator: value('type') === 'separator',
    enabled: value('enabled') !== false,
    visible: value('visible') !== false,
    checked: value('toggle-type') ? value('toggle-state') === 1 : null,
    children: children.map((child) => entry(child.data as Node)),
  }
}
