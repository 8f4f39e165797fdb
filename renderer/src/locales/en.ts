import { common } from './en/common'
import { editor } from './en/editor'
import { imports } from './en/import'
import { run } from './en/run'
import { runs } from './en/runs'
import { settings } from './en/settings'
import { task } from './en/task'
import { tasks } from './en/tasks'
import { today } from './en/today'

export const en = { common, today, tasks, imports, settings, task, runs, run, editor }
