import { createHash } from 'node:crypto'
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

/** With a digest inside: the ciphers of Linux and macOS do not notice by themselves when what they sealed was changed. */
export function safeStorageSecretBox(): SecretBox {
  return {
    kind: 'safe-storage',
    async seal(plain) {
      return safeStorage.encryptString(digest(plain) + plain).toString('base64')
    },
    async open(sealed) {
      const text = decrypt(sealed)
      const plain = text.slice(digestLength)
      if (text.slice(0, digestLength) !== digest(plain)) {
        throw new BelfryError('STORAGE', 'this was not sealed by the desktop’s keychain, or was changed since')
      }
      return plain
    },
  }
}

const digestLength = 43

function digest(plain: string): string {
  return createHash('sha256').update(plain).digest('base64url')
}

function decrypt(sealed: string): string {
  try {
    return safeStorage.decryptString(Buffer.from(sealed, 'base64'))
  } catch (cause) {
    throw new BelfryError('STORAGE', 'the desktop’s keychain does not open this', { cause })
  }
}
