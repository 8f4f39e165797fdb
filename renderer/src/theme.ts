/** How Nuxt UI's components look here; see style.css for the colours. Read at build time by electron.vite.config.ts. */
export const theme = {
  colors: { primary: 'verdigris', neutral: 'zinc' as const, success: 'green', info: 'blue', warning: 'amber', error: 'red' },
  modal: { slots: { overlay: 'bg-black/35 dark:bg-black/60', content: 'ring-default shadow-xl' } },
  slideover: { slots: { overlay: 'bg-black/35 dark:bg-black/60' } },
}
