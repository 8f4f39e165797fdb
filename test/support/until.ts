const pollMs = 50

/**
 * Waits for state outside this process that sends no event: asks again every 50 ms until `probe` gives something else
 * than undefined or false.
 * @param what for the error, as `the tray item`
 * @throws when it has not come within `limitMs`; names the last error of `probe`, if it threw
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = 15_000,
): Promise<T> {
  const end = performance.now() + limitMs
  for (;;) {
    let cause: unknown
    try {
      const found = await probe()
      if (found !== undefined && found !== false) return found
    } catch (error) {
      cause = error
    }
    if (performance.now() > end) throw new Error(`${what} did not come within ${limitMs} ms`, { cause })
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}
