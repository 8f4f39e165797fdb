import { safeStorage } from 'electron'
import { BelfryError } from '@shared/errors'
import type { SecretBox } from '../host/ports'

/** Seals by the desktop's keychain; `otherwise` where there is none. Only once the app is ready. */
export function desktopSecretBox(platform: NodeJS.Platform, otherwise: SecretBox): SecretBox {
  return hasKeychain(platform) ? safeStorageSecretBox() : otherwise
}

/** On Linux Electron also "encrypts" under a key that everybody knows; that is no keychain. */
function hasKeychain(platform: NodeJS.Platform): boolean {
  if (!safeStorage.isEncryptionAvailable()) return false
  return platform !== 'linux' || !['basic_text', 'unknown'].includes(safeStorage.getSelectedStorageBackend())
}

export function safeStorageSecretBox(): SecretBox {
  return {
    kind: 'safe-storage',
    async seal(plain) {
      return safeStorage.encryptString(plain).toString('base64')
    },
    async open(sealed) {
      try {
        return safeStorage.decryptString(Buffer.from(sealed, 'base64'))
      } catch (cause) {
        throw new BelfryError('STORAGE', 'the desktop’s keychain does not open this', { cause })
      }
    },
  }
}
