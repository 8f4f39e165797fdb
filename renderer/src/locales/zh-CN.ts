import type { en } from './en'
import type { Wording } from './wording'
import { common } from './zh-CN/common'
import { editor } from './zh-CN/editor'
import { imports } from './zh-CN/import'
import { run } from './zh-CN/run'
import { runs } from './zh-CN/runs'
import { settings } from './zh-CN/settings'
import { task } from './zh-CN/task'
import { tasks } from './zh-CN/tasks'
import { today } from './zh-CN/today'

export const zhCN: Wording<typeof en> = { common, today, tasks, imports, settings, task, runs, run, editor }
