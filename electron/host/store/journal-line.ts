/** A journal line: `{"v":…record…,"crc":…}`, the checksum over the record's own text. */
import { crc32 } from 'node:zlib'
import { messageOf } from '@shared/errors'

const opening = Buffer.from('{"v":')

export type Decoded = { readonly ok: true; readonly record: unknown } | { readonly ok: false; readonly reason: string }

/** The whole line with its newline. */
export function encodeLine(record: unknown): Buffer {
  const text = JSON.stringify(record)
  return Buffer.from(`{"v":${text},"crc":${crc32(text)}}\n`)
}

/** Reads one line (without its newline). A line `{"v":…}` without a checksum counts as repaired by hand. */
export function decodeLine(line: Buffer): Decoded {
  const bytes = line.at(-1) === 0x0d ? line.subarray(0, -1) : line
  const closing = /,"crc":(\d{1,10})\}$/.exec(bytes.subarray(-20).toString('latin1'))
  if (closing && bytes.subarray(0, opening.length).equals(opening)) {
    const text = bytes.subarray(opening.length, bytes.length - closing[0].length)
    if (crc32(text) !== Number(closing[1])) return { ok: false, reason: 'its checksum does not fit' }
    return parse(text)
  }
  const whole = parse(bytes)
  if (!whole.ok) return whole
  const { record } = whole
  const repaired = typeof record === 'object' && record !== null && Object.keys(record).join() === 'v' && 'v' in record
  return repaired ? { ok: true, record: record.v } : { ok: false, reason: 'it is not a journal line' }
}

function parse(bytes: Buffer): Decoded {
  try {
    return { ok: true, record: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown }
  } catch (error) {
    return { ok: false, reason: messageOf(error) }
  }
}
