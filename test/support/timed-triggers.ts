/**
 * A fresh process that has read no zone and no expression yet: told triggers as JSON, a line each, it answers how much of the
 * processor each one took it to judge, ms.
 */
import { createInterface } from 'node:readline'
import { trigger } from '@shared/model/trigger'
import { cpuTime } from './cpu-time'

for await (const line of createInterface({ input: process.stdin })) {
  const given: unknown = JSON.parse(line)
  let accepted = false
  const ms = cpuTime(() => void (accepted = trigger.safeParse(given).success))
  process.stdout.write(`${JSON.stringify({ accepted, ms })}\n`)
}
