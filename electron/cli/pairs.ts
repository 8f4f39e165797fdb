import { InvalidArgumentError } from 'commander'

/** Gathers `--flag NAME=VALUE --flag …`; the value may be empty and may have further equals signs. */
export function collectPairs(text: string, earlier: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('It has the form NAME=VALUE.')
  return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) }
}

/** Gathers `--flag VALUE --flag …`. */
export function collect(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, text]
}
