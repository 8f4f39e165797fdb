/** What this desktop remembers of the window: `window.json` in Electron's profile. Losing it costs nothing. */
import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

const remembered = z.object({
  bounds: z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) }).nullable(),
  maximized: z.boolean(),
  /** The operator was told that closing keeps Belfry in the tray. */
  toldOfTray: z.boolean(),
})
export type WindowMemory = z.infer<typeof remembered>
export type Bounds = NonNullable<WindowMemory['bounds']>

const nothing: WindowMemory = { bounds: null, maximized: false, toldOfTray: false }

export function recallWindow(file: string): WindowMemory {
  try {
    return remembered.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return nothing
  }
}

/** False when the disk refused. */
export function rememberWindow(file: string, memory: WindowMemory): boolean {
  try {
    writeFileSync(file, `${JSON.stringify(memory)}\n`, { mode: 0o600 })
    return true
  } catch {
    return false
  }
}

/** The remembered place, if enough of its title bar is on one of today's screens; else undefined. */
export function placeOnScreen(bounds: Bounds | null, screens: readonly Bounds[]): Bounds | undefined {
  if (!bounds) return undefined
  const reachable = screens.some((screen) => {
    const across = Math.min(bounds.x + bounds.width, screen.x + screen.width) - Math.max(bounds.x, screen.x)
    return across >= 100 && bounds.y >= screen.y - 8 && bounds.y <= screen.y + screen.height - 40
  })
  return reachable ? bounds : undefined
}
