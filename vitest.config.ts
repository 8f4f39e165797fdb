import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const alias = { '@shared': fileURLToPath(new URL('shared', import.meta.url)) }

export default defineConfig({
  test: {
    // Tests wait for child processes most of the time, so two at once are enough to keep two cores busy.
    maxWorkers: 2,
    projects: [
      {
        plugins: [vue()],
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          environment: 'node',
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'host',
          include: ['test/host/**/*.test.ts'],
          environment: 'node',
          globalSetup: 'test/support/require-build.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // After the unit tests and one file at a time: these measure how late the host is.
          sequence: { groupOrder: 1 },
          maxWorkers: 1,
        },
      },
    ],
  },
})
