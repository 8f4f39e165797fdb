import type { LaunchOptions } from 'playwright'
import { findChromium } from './system-packages.mjs'

/** How Chromium is started everywhere in the tests: the machine's own, and nothing that asks the network by itself. */
export const chromium: LaunchOptions = {
  executablePath: findChromium(),
  args: [
    '--no-sandbox',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
}
