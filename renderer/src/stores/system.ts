import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { SystemStatus } from '@shared/model/system'
import { machineTimeZone } from '@shared/schedule/zone'
import { useClient } from '../client'

/** The host itself. */
export const useSystem = defineStore('system', () => {
  const client = useClient()
  const status = shallowRef<SystemStatus>()
  /** The zone that times are shown in: the host's machine's. */
  const timeZone = computed(() => status.value?.timezone ?? machineTimeZone())

  async function load(): Promise<void> {
    status.value = await client.system.status()
  }

  function put(next: SystemStatus): void {
    status.value = next
  }

  /** Shows `guess` at once; what was there comes back when the host refuses, and the error is thrown. */
  async function change(
    guess: (status: SystemStatus) => SystemStatus,
    call: () => Promise<SystemStatus>,
  ): Promise<void> {
    const before = status.value
    const guessed = before && guess(before)
    status.value = guessed
    try {
      status.value = await call()
    } catch (error) {
      if (status.value === guessed) status.value = before
      throw error
    }
  }

  const pause = (until: string | null): Promise<void> =>
    change(
      (was) => ({ ...was, paused: { since: new Date().toISOString(), until } }),
      () => client.system.pause({ until }),
    )
  const resume = (): Promise<void> =>
    change(
      (was) => ({ ...was, paused: null }),
      () => client.system.resume(),
    )
  const dismiss = (id: string): Promise<void> =>
    change(
      (was) => ({ ...was, warnings: was.warnings.filter((warning) => warning.id !== id) }),
      () => client.system.dismissWarning({ id }),
    )

  return { status, timeZone, load, put, pause, resume, dismiss }
})
