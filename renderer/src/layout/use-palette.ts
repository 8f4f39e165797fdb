import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { TaskView } from '@shared/model/task'
import { useFormat } from '../composables/use-format'
import { useHostActions } from '../composables/use-host-actions'
import { useImportDialog } from '../composables/use-import-dialog'
import { useNow } from '../composables/use-now'
import { useTaskActions } from '../composables/use-task-actions'
import type { ShownState } from '../components/shown-state'
import { useRuns } from '../stores/runs'
import { useSystem } from '../stores/system'
import { useTasks } from '../stores/tasks'
import { useLayout } from './use-layout'

export interface PaletteItem {
  readonly label: string
  readonly suffix?: string
  readonly icon?: string
  readonly state?: ShownState
  readonly taskId?: string
  readonly onSelect: () => void
}
export interface PaletteGroup {
  readonly id: string
  readonly label: string
  readonly items: PaletteItem[]
}

/** With more tasks than this each has no actions of its own: looking through them would be felt. Ctrl+Enter still runs. */
const manyTasks = 300
/** Runs among which the palette looks. */
const recentRuns = 200

/** What the command palette finds; nothing while it is closed. */
export function usePalette() {
  const { t } = useI18n()
  const router = useRouter()
  const tasks = useTasks()
  const runs = useRuns()
  const system = useSystem()
  const actions = useTaskActions()
  const host = useHostActions()
  const openImport = useImportDialog()
  const { paletteOpen } = useLayout()
  const { until, ago, instants, duration } = useFormat()
  const now = useNow()

  const then = (act: () => unknown) => (): void => {
    paletteOpen.value = false
    void act()
  }
  const go = (to: string): (() => void) => then(() => router.push(to))

  function about(task: TaskView, at: number): string {
    const tagged = task.tags.length > 0 ? [t('common.palette.tagged', { tags: task.tags.join(' ') })] : []
    const when =
      task.streak && task.streak.count > 1
        ? [t('common.palette.streak', { n: task.streak.count })]
        : task.nextAt
          ? [t('common.palette.next', { when: until(task.nextAt, at) })]
          : []
    return [...tagged, ...when].join(t('common.comma'))
  }

  function taskActions(task: TaskView): PaletteItem[] {
    const last = task.recent.at(-1)?.durationMs
    return [
      {
        label: t('common.palette.run', { name: task.name }),
        icon: 'i-lucide-play',
        ...(last == null ? {} : { suffix: t('common.palette.took', { span: duration(last) }) }),
        onSelect: then(() => actions.run(task)),
      },
      task.pause
        ? {
            label: t('common.palette.resume', { name: task.name }),
            icon: 'i-lucide-circle-play',
            onSelect: then(() => actions.resume(task)),
          }
        : {
            label: t('common.palette.pause', { name: task.name }),
            icon: 'i-lucide-pause',
            onSelect: then(() => actions.pause(task)),
          },
    ]
  }

  const groups = computed<PaletteGroup[]>(() => {
    if (!paletteOpen.value) return []
    // The clock of the moment it was opened: rows that tick would be drawn anew each second.
    const at = now.value - (now.value % 60_000)
    const recent = [...runs.byId.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt)).slice(0, recentRuns)
    return [
      {
        id: 'tasks',
        label: t('common.palette.tasks'),
        items: tasks.all.map((task) => ({
          label: task.name,
          suffix: about(task, at),
          state: task.state,
          taskId: task.id,
          onSelect: go(`/tasks/${task.id}`),
        })),
      },
      {
        id: 'actions',
        label: t('common.palette.actions'),
        items: [
          { label: t('common.newTask'), icon: 'i-lucide-plus', onSelect: go('/tasks/new') },
          { label: t('common.palette.import'), icon: 'i-lucide-download', onSelect: then(() => openImport('text')) },
          system.status?.paused
            ? { label: t('common.pause.resumeAll'), icon: 'i-lucide-circle-play', onSelect: then(() => host.resume()) }
            : { label: t('common.pause.all'), icon: 'i-lucide-pause', onSelect: then(() => host.pause(null)) },
          ...(tasks.byId.size <= manyTasks ? tasks.all.flatMap(taskActions) : []),
        ],
      },
      {
        id: 'pages',
        label: t('common.palette.goTo'),
        items: [
          { label: t('common.nav.today'), icon: 'i-lucide-sun', onSelect: go('/today') },
          { label: t('common.nav.tasks'), icon: 'i-lucide-calendar-clock', onSelect: go('/tasks') },
          { label: t('common.nav.runs'), icon: 'i-lucide-list-video', onSelect: go('/runs') },
          { label: t('common.nav.settings'), icon: 'i-lucide-settings', onSelect: go('/settings') },
        ],
      },
      {
        id: 'runs',
        label: t('common.palette.runs'),
        items: recent.map((run) => ({
          label: t('common.numbered', { name: run.taskName, number: run.number }),
          suffix: [
            instants.value.near(run.startedAt ?? run.createdAt, at),
            run.error?.message ?? ago(run.updatedAt, at),
          ].join(t('common.comma')),
          state: run.status,
          onSelect: go(`/runs/${run.id}`),
        })),
      },
    ]
  })

  /** Runs the task of an item. False when it is not a task's. */
  function runItem(item: PaletteItem | undefined): boolean {
    const task = tasks.byId.get(item?.taskId ?? '')
    if (task) then(() => actions.run(task))()
    return task !== undefined
  }

  return { groups, paletteOpen, runItem }
}
