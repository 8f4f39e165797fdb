import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ui from '@nuxt/ui/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const alias = { '@shared': at('shared') }

/** Makes the built CLI a command: executable, and `out/bin/belfry` for the PATH of tasks. */
const command = {
  name: 'belfry-command',
  writeBundle() {
    chmodSync(at('out/main/cli.js'), 0o755)
    rmSync(at('out/bin'), { recursive: true, force: true })
    mkdirSync(at('out/bin'))
    if (process.platform === 'win32') writeFileSync(at('out/bin/belfry.cmd'), '@node "%~dp0..\\main\\cli.js" %*\r\n')
    else symlinkSync('../main/cli.js', at('out/bin/belfry'))
  },
}

export default defineConfig({
  main: {
    resolve: { alias },
    plugins: [command],
    build: {
      target: 'node20.18',
      rollupOptions: {
        input: {
          main: at('electron/main.ts'),
          headless: at('electron/headless.ts'),
          cli: at('electron/cli.ts'),
          start: at('electron/start.ts'),
        },
      },
    },
  },
  preload: {
    build: {
      target: 'node20.18',
      rollupOptions: {
        input: { preload: at('electron/preload.ts') },
        // A sandboxed preload can only be one CommonJS file.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('renderer'),
    resolve: { alias },
    plugins: [
      vue(),
      ui({
        // Everything is imported by name, so that no declaration files are generated.
        autoImport: false,
        components: false,
        dts: false,
        colorMode: false,
        // Its generated theme goes into the checkout's node_modules.
        root: at('.'),
        icon: { clientBundle: { scan: { globInclude: ['renderer/src/**/*.{vue,ts}'] }, sizeLimitKb: 0 } },
        ui: {
          colors: {
            primary: 'verdigris',
            neutral: 'zinc',
            success: 'green',
            info: 'blue',
            warning: 'amber',
            error: 'red',
          },
          // Its own pointed-at button is too pale for the words on it.
          button: {
            compoundVariants: [
              { color: 'primary', variant: 'solid', class: 'hover:bg-primary/90 active:bg-primary/90' },
              { color: 'error', variant: 'solid', class: 'hover:bg-error/90 active:bg-error/90' },
            ],
          },
          // Its own coloured words are too pale on its tinted ground.
          alert: { slots: { title: 'text-highlighted', description: 'text-default opacity-100' } },
        },
      }),
    ],
    // No asset as a data: URL, which the page's content security policy would refuse.
    // One chunk on purpose, see renderer/src/router.ts.
    build: {
      target: 'chrome130',
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 4000,
      rollupOptions: { input: at('renderer/index.html') },
    },
  },
})
