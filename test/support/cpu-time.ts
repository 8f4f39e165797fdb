/** What a call takes of the processor, ms: what it takes by the wall says more of what else the machine does. */
export function cpuTime(call: () => void): number {
  const before = process.cpuUsage()
  call()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
