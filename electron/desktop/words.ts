/** What the tray, its notifications and its dialogs say. The page has its own words in renderer/src/locales. */
import type { LateReason } from '@shared/model/occurrence'
import type { Settings } from '@shared/model/settings'

export type Locale = 'en' | 'zh-CN'

export interface Words {
  readonly running: (count: number) => string
  readonly needAttention: (count: number) => string
  readonly failed: (count: number) => string
  readonly missed: (count: number) => string
  /** What a task has missed, the last of it when, and why. */
  readonly missedWhy: (count: number, last: string, reason: LateReason) => string
  readonly allQuiet: string
  readonly paused: string
  readonly pausedUntil: (time: string) => string
  readonly next: (task: string, time: string) => string
  readonly nextShort: (task: string, time: string) => string
  readonly nothingPlanned: string
  readonly runningMenu: (count: number) => string
  readonly attentionMenu: (count: number) => string
  readonly runMenu: string
  readonly noTasks: string
  readonly pauseAll: string
  readonly resumeAll: string
  readonly oneHour: string
  readonly untilTomorrow: string
  readonly untilResumed: string
  readonly open: string
  readonly quit: string
  readonly openLog: string
  readonly cancel: string
  readonly cancelAll: string
  readonly openTask: string
  readonly runAgain: string
  readonly runNow: string
  readonly skip: string
  readonly acknowledge: string
  readonly showInBelfry: string
  readonly moreInBelfry: (count: number) => string
  readonly queued: string
  readonly ending: string
  readonly minutes: (count: number) => string
  readonly hours: (count: number) => string
  readonly lessThanAMinute: string
  readonly closedToTray: { readonly title: string; readonly body: string }
  readonly actionFailed: string
  readonly quitQuestion: { readonly message: (count: number) => string; readonly end: string; readonly stay: string }
  readonly unexpected: { readonly title: string; readonly body: (message: string) => string }
  readonly cannotStart: string
  readonly besideHeadless: { readonly title: string; readonly body: (pid: number) => string }
}

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

const en: Words = {
  running: (count) => `${count} running`,
  needAttention: (count) => plural(count, 'needs attention', 'need attention'),
  failed: (count) => `${count} failed`,
  missed: (count) => `${count} missed`,
  missedWhy: (count, last, reason) => {
    const why = {
      asleep: 'the machine slept',
      not_running: 'Belfry was not running',
      clock: 'the clock was set forward',
      busy: 'Belfry was busy',
      disk_full: 'the disk was full',
    }[reason]
    return count === 1 ? `Missed ${last}: ${why}` : `Missed ${count}, last ${last}: ${why}`
  },
  allQuiet: 'All quiet',
  paused: 'Paused',
  pausedUntil: (time) => `Paused until ${time}`,
  next: (task, time) => `Next: ${task} at ${time}`,
  nextShort: (task, time) => `next ${task} ${time}`,
  nothingPlanned: 'Nothing planned',
  runningMenu: (count) => `Running (${count})`,
  attentionMenu: (count) => `Needs attention (${count})`,
  runMenu: 'Run',
  noTasks: 'No tasks yet',
  pauseAll: 'Pause all',
  resumeAll: 'Resume all',
  oneHour: 'For 1 hour',
  untilTomorrow: 'Until tomorrow',
  untilResumed: 'Until resumed',
  open: 'Open Belfry',
  quit: 'Quit Belfry',
  openLog: 'Open log',
  cancel: 'Cancel',
  cancelAll: 'Cancel all',
  openTask: 'Open task',
  runAgain: 'Run again',
  runNow: 'Run now',
  skip: 'Skip',
  acknowledge: 'Acknowledge',
  showInBelfry: 'Show in Belfry',
  moreInBelfry: (count) => `${count} more in Belfry`,
  queued: 'queued',
  ending: 'ending',
  minutes: (count) => `${count} m`,
  hours: (count) => `${count} h`,
  lessThanAMinute: '< 1 m',
  closedToTray: {
    title: 'Belfry is still running',
    body: 'It keeps to its schedule from the tray. Quit it from the tray menu.',
  },
  actionFailed: 'Belfry could not do that',
  quitQuestion: {
    message: (count) =>
      `${plural(count, 'run is', 'runs are')} still going. Quitting ends ${count === 1 ? 'it' : 'them'}.`,
    end: 'End and quit',
    stay: 'Cancel',
  },
  unexpected: {
    title: 'Belfry met an unexpected error',
    body: (message) => `${message}\nIt goes on; its log has the details.`,
  },
  cannotStart: 'Belfry cannot start',
  besideHeadless: {
    title: 'Belfry already runs here without a tray',
    body: (pid) =>
      `This window shows the page of the headless host (process ${pid}). Its tasks go on when the window is closed.`,
  },
}

const zhCN: Words = {
  running: (count) => `${count} 个运行中`,
  needAttention: (count) => `${count} 个需要关注`,
  failed: (count) => `${count} 个失败`,
  missed: (count) => `${count} 个错过`,
  missedWhy: (count, last, reason) => {
    const why = {
      asleep: '机器休眠',
      not_running: 'Belfry 未运行',
      clock: '时钟被拨快',
      busy: 'Belfry 繁忙',
      disk_full: '磁盘已满',
    }[reason]
    return count === 1 ? `错过 ${last}:${why}` : `错过 ${count} 次,最后 ${last}:${why}`
  },
  allQuiet: '一切正常',
  paused: '已暂停',
  pausedUntil: (time) => `已暂停至 ${time}`,
  next: (task, time) => `下一个:${task},${time}`,
  nextShort: (task, time) => `下一个 ${task} ${time}`,
  nothingPlanned: '没有计划中的任务',
  runningMenu: (count) => `运行中 (${count})`,
  attentionMenu: (count) => `需要关注 (${count})`,
  runMenu: '运行',
  noTasks: '还没有任务',
  pauseAll: '全部暂停',
  resumeAll: '全部恢复',
  oneHour: '1 小时',
  untilTomorrow: '到明天',
  untilResumed: '直到手动恢复',
  open: '打开 Belfry',
  quit: '退出 Belfry',
  openLog: '打开日志',
  cancel: '取消',
  cancelAll: '全部取消',
  openTask: '打开任务',
  runAgain: '再次运行',
  runNow: '立即运行',
  skip: '跳过',
  acknowledge: '知道了',
  showInBelfry: '在 Belfry 中查看',
  moreInBelfry: (count) => `在 Belfry 中查看另外 ${count} 个`,
  queued: '排队中',
  ending: '正在结束',
  minutes: (count) => `${count} 分钟`,
  hours: (count) => `${count} 小时`,
  lessThanAMinute: '不到 1 分钟',
  closedToTray: { title: 'Belfry 仍在运行', body: '它在托盘中继续按计划执行任务。要退出请使用托盘菜单。' },
  actionFailed: '操作未能完成',
  quitQuestion: { message: (count) => `还有 ${count} 个任务在运行,退出会结束它们。`, end: '结束并退出', stay: '取消' },
  unexpected: { title: 'Belfry 遇到意外错误', body: (message) => `${message}\n程序继续运行,详情见日志。` },
  cannotStart: 'Belfry 无法启动',
  besideHeadless: {
    title: 'Belfry 已在此以无托盘方式运行',
    body: (pid) => `此窗口显示后台主机(进程 ${pid})的页面。关闭窗口后任务继续运行。`,
  },
}

const all: Readonly<Record<Locale, Words>> = { en, 'zh-CN': zhCN }

/** @param system the desktop's locale, e.g. `zh-Hans-CN`; anything but Chinese gives English. */
export function chooseLocale(setting: Settings['locale'], system: string): Locale {
  if (setting !== 'system') return setting
  return system.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
}

export function wordsOf(locale: Locale): Words {
  return all[locale]
}
