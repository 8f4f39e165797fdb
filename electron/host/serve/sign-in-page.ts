/** What a browser sees that comes without a session: where to get a way in, in both languages of the page. */
export const signInPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Belfry</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 16px/1.6 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem; }
  h1 { font-size: 1.25rem; margin: 0 0 .5rem; }
  code { font: .95em ui-monospace, monospace; background: color-mix(in srgb, currentColor 10%, transparent); padding: .15em .4em; border-radius: .3em; white-space: nowrap; }
  section + section { margin-top: 2.5rem; }
</style>
<section>
  <h1>This browser has not been let in yet</h1>
  <p>Belfry shows its page only to whoever can use this machine. Run <code>belfry open</code> in a terminal here and open
  the address that it prints. Each address works once, for 15 minutes.</p>
</section>
<section lang="zh-CN">
  <h1>此浏览器尚未获得访问权限</h1>
  <p>Belfry 的页面只向能够使用本机的人开放。请在本机终端中运行 <code>belfry open</code>，然后打开它给出的网址。每个网址只能使用一次，15 分钟内有效。</p>
</section>
`
