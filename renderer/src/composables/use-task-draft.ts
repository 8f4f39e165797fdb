import { refDebounced } from '@vueuse/core'
import { computed, reactive, ref, shallowRef, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { BelfryError } from '@shared/errors'
import { taskDefinition, type TaskChangeInput, type TaskDefinition, type TaskView } from '@shared/model/task'
import { useClient } from '../client'
import { newKey } from '../lib/keyed'
import { blankForm, checkForm, formOf, inputOf, type TaskForm } from '../lib/task-form'
import { useTasks } from '../stores/tasks'

/** Milliseconds after the last change until the draft is written to this browser. */
const keepAfter = 400

interface KeptDraft {
  readonly form: TaskForm
  /** Of the task that was edited; null for a new one. */
  readonly revision: number | null
}

export type SaveProblem = { readonly kind: 'conflict' } | { readonly kind: 'refused'; readonly message: string }

/**
 * A task being written: its form, what is wrong with it, and what has changed. Kept in this browser until it is saved or
 * discarded.
 * @param id of the task; null for a new one
 * @param source a task that a new one begins as a copy of; a copy's draft is kept apart from that of another new one
 */
export function useTaskDraft(id: Ref<string | null>, source: Ref<TaskView | null>) {
  const client = useClient()
  const tasks = useTasks()
  const { t } = useI18n()

  const form = reactive<TaskForm>(blankForm())
  /** What the form is compared with. */
  const original = shallowRef<TaskDefinition | null>(null)
  const revision = ref<number | null>(null)
  const ready = ref(false)
  /** A draft of an earlier visit was put back. */
  const restored = ref(false)
  const saving = ref(false)
  const problem = shallowRef<SaveProblem | null>(null)
  const serverErrors = shallowRef<ReadonlyMap<string, string>>(new Map())
  /** The form as it was opened, for telling whether anything changed. */
  const opened = ref('')

  /** Where the draft is kept. It stays when what it is a copy of goes. */
  let place = ''
  const text = computed(() => JSON.stringify(inputOf(form)))
  const checked = computed(() => checkForm(form, t('editor.problem.twice')))
  const errors = computed<ReadonlyMap<string, string>>(() => new Map([...serverErrors.value, ...checked.value.errors]))
  const changed = computed(() => ready.value && text.value !== opened.value)
  const canSave = computed(
    () =>
      ready.value &&
      !saving.value &&
      checked.value.definition !== undefined &&
      (changed.value || source.value !== null),
  )
  /** Somebody else saved another revision meanwhile. */
  const outdated = computed(() => {
    const now = id.value === null ? undefined : tasks.byId.get(id.value)
    return now !== undefined && revision.value !== null && now.revision > revision.value
  })

  function fill(next: TaskForm): void {
    Object.assign(form, next)
  }

  function open(task: TaskView | null): void {
    const begin = task ?? source.value
    place = `belfry.draft.${id.value ?? (source.value ? `copy.${source.value.id}` : 'new')}`
    original.value = task ? definitionOf(task) : null
    revision.value = task?.revision ?? null
    const fresh = begin ? formOf(definitionOf(begin)) : blankForm()
    if (!task && source.value) fresh.name = t('editor.copyOf', { name: source.value.name })
    fill(fresh)
    opened.value = JSON.stringify(inputOf(form))
    problem.value = null
    serverErrors.value = new Map()
    const kept = readKept(place)
    restored.value = false
    if (kept && JSON.stringify(inputOf(kept.form)) !== opened.value) {
      fill(rekeyed(kept.form))
      revision.value = task ? kept.revision : null
      restored.value = true
    }
    ready.value = true
  }

  function discard(): void {
    localStorage.removeItem(place)
    ready.value = false
    open(id.value === null ? null : (tasks.byId.get(id.value) ?? null))
  }

  /** Goes on with one's own text, on top of what somebody else saved. */
  function keepMine(): void {
    const task = id.value === null ? undefined : tasks.byId.get(id.value)
    if (!task) return
    original.value = definitionOf(task)
    opened.value = JSON.stringify(inputOf(formOf(original.value)))
    revision.value = task.revision
    problem.value = null
  }

  /** Answers the task as saved; undefined when it was refused, with the reason in `errors` or `problem`. */
  async function save(): Promise<TaskView | undefined> {
    const { definition } = checked.value
    if (!definition || saving.value) return undefined
    saving.value = true
    problem.value = null
    serverErrors.value = new Map()
    try {
      const task =
        id.value === null
          ? await client.tasks.create(definition)
          : await client.tasks.update({
              id: id.value,
              ...(revision.value === null ? {} : { revision: revision.value }),
              change: changeOf(original.value, definition),
            })
      tasks.put(task)
      localStorage.removeItem(place)
      ready.value = false
      return task
    } catch (error) {
      if (!(error instanceof BelfryError)) throw error
      take(error)
      return undefined
    } finally {
      saving.value = false
    }
  }

  function take(error: BelfryError): void {
    if (error.code === 'CONFLICT' && id.value !== null) {
      problem.value = { kind: 'conflict' }
      return
    }
    const described = Array.isArray(error.detail) ? (error.detail as { field?: string; message: string }[]) : []
    const named = [...(error.field === undefined ? [] : [{ field: error.field, message: error.message }]), ...described]
    serverErrors.value = new Map(
      named.flatMap(({ field, message }) => (field ? [[field.replace(/^change\./, ''), message] as const] : [])),
    )
    problem.value = { kind: 'refused', message: error.message }
  }

  // What the host refused is looked at anew once the text is another.
  watch(text, () => {
    serverErrors.value = new Map()
    if (problem.value?.kind === 'refused') problem.value = null
  })
  watch(refDebounced(text, keepAfter), () => {
    if (!ready.value) return
    if (!changed.value) localStorage.removeItem(place)
    else localStorage.setItem(place, JSON.stringify({ form, revision: revision.value } satisfies KeptDraft))
  })

  return {
    form,
    original,
    ready,
    restored,
    saving,
    problem,
    errors,
    checked,
    changed,
    canSave,
    outdated,
    open,
    discard,
    keepMine,
    save,
  }
}

function definitionOf(task: TaskDefinition): TaskDefinition {
  return taskDefinition.parse(task)
}

/** Only what differs: a trigger that is sent again counts from now on. */
function changeOf(before: TaskDefinition | null, after: TaskDefinition): TaskChangeInput {
  const entries = Object.entries(after).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before?.[name as keyof TaskDefinition]),
  )
  return Object.fromEntries(entries)
}

function rekeyed(form: TaskForm): TaskForm {
  const anew = <T extends object>(rows: readonly T[]): T[] => rows.map((row) => ({ ...row, key: newKey() }))
  return {
    ...form,
    list: anew(form.list),
    env: anew(form.env),
    parameters: anew(form.parameters),
    triggers: anew(form.triggers),
    active: anew(form.active),
    blackouts: anew(form.blackouts),
  }
}

/** A draft of another version of the page that does not fit is left alone. */
function readKept(place: string): KeptDraft | null {
  try {
    const kept = JSON.parse(localStorage.getItem(place) ?? 'null') as KeptDraft | null
    if (kept) inputOf({ ...blankForm(), ...kept.form })
    return kept && { ...kept, form: { ...blankForm(), ...kept.form } }
  } catch {
    return null
  }
}
