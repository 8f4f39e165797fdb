/**
 * One peer, doing what it is asked and printing one number: `node peer.mjs NAME SCENARIO`, the scenario's argument on
 * standard input.
 */
import { readFileSync } from 'node:fs'

const [name = '', scenario = ''] = process.argv.slice(2)
const argument = readFileSync(0, 'utf8')
const module = await import(name)

/** @type {Record<string, (expression: string, fire: () => void) => void>} */
const peers = {
  croner: (expression, fire) => void new module.Cron(expression, { timezone: 'UTC' }, fire),
  'node-cron': (expression, fire) => void module.schedule(expression, fire, { timezone: 'UTC' }),
  cron: (expression, fire) => void new module.CronJob(expression, fire, null, true, 'UTC'),
  'node-schedule': (expression, fire) => void module.default.scheduleJob({ rule: expression, tz: 'UTC' }, fire),
}
const arm = peers[name]
if (!arm) throw new Error(`no peer is called ${name}`)

const now = () => performance.timeOrigin + performance.now()

/** Prints the part of so many values, in ms, once all are there. @param {number} count @param {number} part */
function collect(count, part) {
  /** @type {number[]} */
  const values = []
  return (/** @type {number} */ value) => {
    values.push(value)
    if (values.length === count) console.log(values.sort((a, b) => a - b)[Math.ceil(part * count) - 1])
  }
}

/** @type {Record<string, () => void>} */
const scenarios = {
  'every-second'() {
    const add = collect(Number(argument), 0.5)
    arm('* * * * * *', () => add(now() - Math.round(now() / 1000) * 1000))
  },
  'at-once'() {
    const at = Math.ceil((now() + 15_000) / 1000) * 1000
    const date = new Date(at)
    const expression = `${date.getUTCSeconds()} ${date.getUTCMinutes()} ${date.getUTCHours()} * * *`
    const add = collect(Number(argument), 0.99)
    for (let index = 0; index < Number(argument); index++) arm(expression, () => add(now() - at))
  },
  arm() {
    const expressions = JSON.parse(argument)
    const before = performance.now()
    for (const expression of expressions) arm(expression, () => undefined)
    console.log(performance.now() - before)
  },
  /** Each line's expression parsed anew, as who asks about a file of them does: instants per second. */
  next() {
    /** @type {string[]} */
    const expressions = JSON.parse(argument)
    const from = new Date(Date.UTC(2027, 0))
    const before = performance.now()
    for (const expression of expressions) new module.Cron(expression, { timezone: 'UTC' }).nextRun(from)
    console.log(expressions.length / ((performance.now() - before) / 1000))
  },
  hold() {
    for (const expression of JSON.parse(argument)) arm(expression, () => undefined)
    setInterval(() => undefined, 2 ** 30)
    console.log('armed')
  },
}
scenarios[scenario]?.()
