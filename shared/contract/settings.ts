import { settings as settingsModel, settingsPatch } from '../model/settings'
import { procedure } from './base'

export const settings = {
  get: procedure.route({ method: 'GET', path: '/settings' }).output(settingsModel),
  update: procedure.route({ method: 'PATCH', path: '/settings' }).input(settingsPatch).output(settingsModel),
}
