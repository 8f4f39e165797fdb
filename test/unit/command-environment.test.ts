import { describe, expect, it } from 'vitest'
import { commandEnvironment, type CommandEnvironmentOptions } from '../../electron/host/run/environment'

const own = { BELFRY_RUN_ID: 'run-1', BELFRY_TASK: 'task-1', BELFRY_HOME: '/data' }

function environment(options: Partial<CommandEnvironmentOptions> = {}) {
  return commandEnvironment({
    hostEnv: {},
    taskEnv: {},
    task: { id: 'task-1' },
    run: { id: 'run-1' },
    dataFolder: '/data',
    belfryBin: null,
    parameters: {},
    parametersPath: '/spool/parameters.json',
    platform: 'linux',
    ...options,
  })
}

describe('the environment of a command', () => {
  it('is the host’s, less what belongs to Belfry’s own runtime or to another run', () => {
    const hostEnv = {
      HOME: '/home/me',
      LANG: 'de_DE.UTF-8',
      UNSET: undefined,
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: '--inspect',
      NODE_ENV: 'test',
      npm_config_cache: '/x',
      BELFRY_RUN_ID: 'outer',
      BELFRY_TASK: 'outer',
      BELFRY_PARAM_X: 'outer',
      BELFRY_PARAMS: '{}',
      BELFRY_PARAMS_FILE: '/x',
      BELFRY_HOME: '/other',
    }
    const { env } = environment({ hostEnv })
    expect(env).toEqual({ HOME: '/home/me', LANG: 'de_DE.UTF-8', NODE_ENV: 'test', BELFRY_PARAMS: '{}', ...own })
  })

  it('has the task’s own above the host’s, and Belfry’s above the task’s', () => {
    const { env } = environment({
      hostEnv: { A: 'host', B: 'host' },
      taskEnv: { B: 'task', C: '', BELFRY_RUN_ID: 'forged' },
    })
    expect(env).toMatchObject({ A: 'host', B: 'task', C: '', ...own })
  })

  it.each([
    { hostPath: '/usr/bin:/bin', taskPath: undefined, path: '/usr/bin:/bin:/opt/belfry' },
    { hostPath: '/usr/bin:/bin', taskPath: '/task', path: '/task:/opt/belfry' },
    { hostPath: undefined, taskPath: undefined, path: '/usr/local/bin:/usr/bin:/bin:/opt/belfry' },
  ])('finds belfry last: $path', ({ hostPath, taskPath, path }) => {
    const { env } = environment({ hostEnv: { PATH: hostPath }, taskEnv: { PATH: taskPath }, belfryBin: '/opt/belfry' })
    expect(env['PATH']).toBe(path)
  })

  it('leaves PATH alone where there is no belfry command', () => {
    expect(environment({ hostEnv: { PATH: '/bin' } }).env['PATH']).toBe('/bin')
    expect('PATH' in environment().env).toBe(false)
  })

  it('knows names on Windows whatever their case', () => {
    const { env } = environment({
      platform: 'win32',
      hostEnv: { Path: 'C:\\Windows', Temp: 'C:\\T' },
      taskEnv: { temp: 'D:\\T' },
      belfryBin: 'C:\\Belfry',
    })
    expect(env).toMatchObject({ PATH: 'C:\\Windows;C:\\Belfry', TEMP: 'D:\\T' })
  })
})

describe('parameters in the environment', () => {
  it('are text as it is, and JSON for all else', () => {
    const parameters = { 'source-folder': '/a "b" $c', count: 3, deep: { list: [1, null] }, grün: true }
    const { env, parametersFile } = environment({ parameters })
    expect(env).toMatchObject({
      BELFRY_PARAM_SOURCE_FOLDER: '/a "b" $c',
      BELFRY_PARAM_COUNT: '3',
      BELFRY_PARAM_DEEP: '{"list":[1,null]}',
      BELFRY_PARAM_GR_N: 'true',
      BELFRY_PARAMS: JSON.stringify(parameters),
    })
    expect(parametersFile).toBeNull()
  })

  const json = (length: number) => ({ x: 'x'.repeat(length - '{"x":""}'.length) })

  it.each([
    { what: 'up to 96 KiB', parameters: json(98_304), file: false },
    { what: 'over 96 KiB', parameters: json(98_305), file: true },
    { what: 'over 96 KiB in bytes, not in characters', parameters: { x: '日'.repeat(33_000) }, file: true },
    { what: 'with a NUL, which no variable can carry', parameters: { x: 'a\0b' }, file: true },
  ])('$what come by file: $file', ({ parameters, file }) => {
    const { env, parametersFile } = environment({ parameters })
    const names = Object.keys(env).filter((name) => name.startsWith('BELFRY_PARAM'))
    expect(names).toEqual(file ? ['BELFRY_PARAMS_FILE'] : ['BELFRY_PARAM_X', 'BELFRY_PARAMS'])
    expect(parametersFile).toEqual(file ? { path: '/spool/parameters.json', text: JSON.stringify(parameters) } : null)
  })
})
