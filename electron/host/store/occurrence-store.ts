/** occurrences/YYYY-MM.jsonl: the fates of occurrences that have no run, in the month they were planned for. */
import { z } from 'zod'
import { occurrenceRecord, type OccurrenceRecord } from '@shared/model/occurrence'
import type { StoreContext } from './context'
import { describe } from './format'
import { openJournal, segmentOf, type Place } from './journal'
import type { Store } from './types'

const line = z.object({ kind: z.literal('occurrence'), occurrence: occurrenceRecord })

export async function openOccurrenceStore(
  context: StoreContext,
): Promise<Store['occurrences'] & { close(): Promise<void> }> {
  const known = new Map<string, Map<string, Place>>()

  function take({ taskId, id }: OccurrenceRecord, place: Place): void {
    const ofTask = known.get(taskId) ?? new Map<string, Place>()
    known.set(taskId, ofTask.set(id, place))
  }

  const journal = await openJournal(context, 'occurrences', (record, place) => {
    const parsed = line.safeParse(record)
    if (!parsed.success) return describe(parsed.error)
    take(parsed.data.occurrence, place)
    return undefined
  })

  return {
    async append(records) {
      for (const [segment, group] of bySegment(records)) {
        const places = await journal.append(
          segment,
          group.map((occurrence) => ({ kind: 'occurrence', occurrence })),
        )
        places.forEach((place, index) => {
          const occurrence = group[index]
          if (occurrence) take(occurrence, place)
        })
      }
    },
    async list(taskId) {
      const read = [...(known.get(taskId)?.values() ?? [])].map(async (place) => line.parse(await journal.read(place)))
      const found = (await Promise.all(read)).map((record) => record.occurrence)
      return found.sort((a, b) => Date.parse(a.scheduledAt) - Date.parse(b.scheduledAt) || (a.id < b.id ? -1 : 1))
    },
    close: () => journal.close(),
  }
}

function bySegment(records: readonly OccurrenceRecord[]): Map<string, OccurrenceRecord[]> {
  const groups = new Map<string, OccurrenceRecord[]>()
  for (const record of records) {
    const segment = segmentOf(record.scheduledAt)
    groups.set(segment, [...(groups.get(segment) ?? []), record])
  }
  return groups
}
