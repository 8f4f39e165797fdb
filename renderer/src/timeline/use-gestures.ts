import { useEventListener } from '@vueuse/core'
import { ref, type Ref } from 'vue'
import { pan, spanOf, zoomTo, type View } from './view'

/** A wheel that was scrolling the page goes on doing so for this many ms, wherever the pointer comes to be. */
const scrollLinger = 250

/**
 * Wheel zooms at the pointer (sideways or with Shift: moves), dragging moves, a press without a move is a click.
 * @param area the part of the timeline that shows time
 */
export function useGestures(
  area: Ref<HTMLElement | null | undefined>,
  view: Ref<View>,
  click: (target: Element) => void,
): { readonly dragging: Ref<boolean> } {
  const dragging = ref(false)
  let pressedAt: { readonly x: number; readonly view: View } | undefined
  let scrolledAt = Number.NEGATIVE_INFINITY

  const perPixel = (): number => spanOf(view.value) / Math.max(1, area.value?.clientWidth ?? 1)

  useEventListener(
    window,
    'wheel',
    (event: WheelEvent) => {
      if (area.value && !event.composedPath().includes(area.value)) scrolledAt = event.timeStamp
    },
    { passive: true },
  )
  useEventListener(
    area,
    'wheel',
    (event: WheelEvent) => {
      if (!area.value) return
      if (event.timeStamp - scrolledAt < scrollLinger) {
        scrolledAt = event.timeStamp
        return
      }
      event.preventDefault()
      const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        view.value = pan(view.value, sideways * perPixel())
        return
      }
      const anchor = (event.clientX - area.value.getBoundingClientRect().left) * perPixel() - view.value.before
      view.value = zoomTo(
        view.value,
        spanOf(view.value) * Math.exp(Math.max(-100, Math.min(100, event.deltaY)) / 400),
        anchor,
      )
    },
    { passive: false },
  )
  useEventListener(area, 'pointerdown', (event: PointerEvent) => {
    if (event.button === 0) pressedAt = { x: event.clientX, view: view.value }
  })
  useEventListener(window, 'pointermove', (event: PointerEvent) => {
    if (!pressedAt) return
    const moved = event.clientX - pressedAt.x
    if (!dragging.value && Math.abs(moved) < 4) return
    dragging.value = true
    view.value = pan(pressedAt.view, -moved * perPixel())
  })
  useEventListener(window, ['pointerup', 'pointercancel'], (event: PointerEvent) => {
    if (pressedAt && !dragging.value && event.type === 'pointerup' && event.target instanceof Element)
      click(event.target)
    pressedAt = undefined
    dragging.value = false
  })
  return { dragging }
}
