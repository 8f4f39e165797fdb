/**
 * A fresh process that has read no zone and no expression yet: told triggers as JSON, a line each, it answers how long each one
 * took it to judge, ms.
 */
import { createInterface } from 'node:readline'
import { trigger } from '@shared/model/trigger'

for await (const line of createInterface({ input: process.stdin })) {
  const given: unknown = JSON.parse(line)
  const began = performance.now()
  const accepted = trigger.safeParse(given).success
  process.stdout.write(`${JSON.stringify({ accepted, ms: performance.now() - began })}\n`)
}
