import { defineConfig } from 'playwright/test'

/** The tray app in real Electron, inside the desktop that `npm test -- desktop` starts around it. */
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.test.ts',
  outputDir: '../../test-results/desktop',
  // One screen, one tray, one notification daemon.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  retries: 0,
})
