/** What the wrapper has written down so far. A line counts once it ends in a newline. */
export interface Status {
  readonly started: boolean
  /** As the shell gives it: 128+n for signal n. */
  readonly exit: number | null
}

/** @param text of the status file: the run's id, `started`, the exit status, a line each */
export function parseStatus(text: string, runId: string): Status {
  const [id, started, exit] = text.split('\n').slice(0, -1)
  if (id !== runId) return { started: false, exit: null }
  return { started: started === 'started', exit: exit !== undefined && /^\d{1,3}$/.test(exit) ? Number(exit) : null }
}
