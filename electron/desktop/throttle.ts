/** Calls at once, then at most once every `ms` milliseconds while it is asked for. `stop` drops what waits. */
export function throttle(ms: number, call: () => void): { readonly ask: () => void; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined
  let asked = false
  const again = (): void => {
    timer = undefined
    if (!asked) return
    asked = false
    run()
  }
  const run = (): void => {
    timer = setTimeout(again, ms)
    call()
  }
  return {
    ask() {
      if (timer === undefined) run()
      else asked = true
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
      asked = false
    },
  }
}
