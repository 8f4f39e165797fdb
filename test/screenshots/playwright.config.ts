import { defineConfig } from 'playwright/test'
import { chromium } from '../support/browser'

/** Takes the README's pictures: `npm test -- screenshots`. Not one of the suites that a plain `npm test` runs. */
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.test.ts',
  outputDir: '../../test-results/screenshots',
  workers: 1,
  timeout: 90_000,
  forbidOnly: true,
  retries: 0,
  use: {
    browserName: 'chromium',
    launchOptions: chromium,
    viewport: { width: 1280, height: 820 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  },
})
