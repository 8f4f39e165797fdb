/** The environment lines of a crontab (crontab(5)): they hold from their line on. */
import { isTimeZone } from '@shared/schedule/zone'

export interface Assignment {
  readonly name: string
  readonly value: string
}

const assignmentLine = /^(?:"([^"=]*)"|'([^'=]*)'|([^\s="'#][^\s=]*))\s*=\s*(\S.*)?$/
const quoted = /^(?:"([^"]*)"|'([^']*)')$/

/** `NAME = "value"`, quotes stripped and nothing expanded; undefined when the line is something else. */
export function readAssignment(line: string): Assignment | undefined {
  const match = assignmentLine.exec(line.trim())
  if (!match) return undefined
  const [, double, single, plain, value = ''] = match
  const name = double ?? single ?? plain ?? ''
  if (!/^["']/.test(value)) return { name, value }
  const within = quoted.exec(value)
  return within ? { name, value: within[1] ?? within[2] ?? '' } : undefined
}

/** What the lines so far add up to. */
export interface CrontabEnvironment {
  /** CRON_TZ: the zone that the time fields are in; null for the machine's. */
  readonly zone: string | null
  readonly shell: string | undefined
  /** Where commands start; undefined for the home folder. */
  readonly folder: string | undefined
  readonly mailTo: string | undefined
  /** What the commands get, MAILTO and HOME among it, as cron does it. */
  readonly variables: Readonly<Record<string, string>>
  /** Variable → why no entry below it can be read; gone once the variable is set properly. */
  readonly broken: Readonly<Record<string, string>>
}

export const emptyEnvironment: CrontabEnvironment = {
  zone: null,
  shell: undefined,
  folder: undefined,
  mailTo: undefined,
  variables: {},
  broken: {},
}

export interface Assigned {
  readonly environment: CrontabEnvironment
  readonly error?: string
  readonly note?: string
}

/** What holds below an environment line. A line that cannot be kept is an error; where it matters, the entries below it too. */
export function assign(environment: CrontabEnvironment, { name, value }: Assignment): Assigned {
  const broken = Object.fromEntries(Object.entries(environment.broken).filter(([other]) => other !== name))
  const mended = { ...environment, broken }
  const breaks = (reason: string): Assigned => ({
    environment: { ...environment, broken: { ...broken, [name]: reason } },
    error: reason,
  })
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return { environment, error: `"${name}" is not a name for an environment variable` }
  }
  const variables = { ...environment.variables, [name]: value }
  switch (name) {
    case 'CRON_TZ':
      if (value !== '' && !isTimeZone(value)) return breaks(`CRON_TZ: "${value}" is not a time zone that is known here`)
      return { environment: { ...mended, zone: value === '' ? null : value } }
    case 'SHELL':
      if (!value.startsWith('/')) return breaks(`SHELL: "${value}" is not an absolute path`)
      return { environment: { ...mended, shell: value } }
    case 'HOME':
      if (!value.startsWith('/')) return breaks(`HOME: "${value}" is not an absolute path`)
      return { environment: { ...mended, folder: value, variables } }
    case 'MAILTO':
      return { environment: { ...mended, mailTo: value, variables } }
    case 'LOGNAME':
      return { environment, note: 'LOGNAME stays the name of the user, as in cron; the line was left out' }
    default:
      return { environment: { ...mended, variables } }
  }
}
