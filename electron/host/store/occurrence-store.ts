/**
 * occurrences/YYYY-MM.jsonl: the fates of occurrences that have no run, in the month that their range began. Records stay on
 * disk.
 */
import { z } from 'zod'
import { occurrenceRecord, type OccurrenceRecord } from '@shared/model/occurrence'
import type { StoreContext } from './context'
import { describe } from './format'
import { openJournal, segmentOf, type Place } from './journal'
import { createOccurrenceIndex } from './occurrence-index'
import type { OccurrenceStore } from './types'
import type { Waiting } from './waiting'
import type { Watermarks } from './watermarks'

const line = z.object({ kind: z.literal('occurrence'), occurrence: occurrenceRecord })

export async function openOccurrenceStore(
  context: StoreContext,
  watermarks: Watermarks,
  waiting: Waiting,
): Promise<OccurrenceStore & { close(): Promise<void> }> {
  const index = createOccurrenceIndex()

  function take(record: OccurrenceRecord, place: Place): void {
    index.set(record, place)
    watermarks.wrote(record.epoch, Date.parse(record.recordedAt))
    if (record.event !== null) waiting.answered(record.taskId, record.event)
    else watermarks.take(record.taskId, record.epoch, Date.parse(record.until))
  }

  const journal = await openJournal(context, 'occurrences', (record, place) => {
    const parsed = line.safeParse(record)
    if (!parsed.success) return describe(parsed.error)
    take(parsed.data.occurrence, place)
    return undefined
  })

  return {
    async put(records) {
      for (const [segment, group] of bySegment(records)) {
        const places = await journal.append(
          segment,
          group.map((occurrence) => ({ kind: 'occurrence', occurrence })),
        )
        places.forEach((place, at) => {
          const occurrence = group[at]
          if (occurrence) take(occurrence, place)
        })
      }
    },
    list: (taskId, query) =>
      Promise.all(index.query(taskId, query).map(async (place) => line.parse(await journal.read(place)).occurrence)),
    has: (taskId) => index.has(taskId),
    missed: (taskId, after, expired) => index.missed(taskId, after, expired),
    close: () => journal.close(),
  }
}

function bySegment(records: readonly OccurrenceRecord[]): Map<string, OccurrenceRecord[]> {
  const groups = new Map<string, OccurrenceRecord[]>()
  for (const record of records) {
    const segment = segmentOf(record.from)
    const group = groups.get(segment)
    if (group === undefined) groups.set(segment, [record])
    else group.push(record)
  }
  return groups
}
