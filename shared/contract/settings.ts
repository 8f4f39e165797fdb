import { settings as settingsModel, settingsChange } from '../model/settings'
import { asWritten } from '../model/as-written'
import { procedure } from './base'

export const settings = {
  get: procedure.route({ method: 'GET', path: '/settings' }).output(settingsModel),
  update: procedure
    .route({ method: 'PATCH', path: '/settings' })
    .input(asWritten(settingsChange))
    .output(settingsModel),
}
