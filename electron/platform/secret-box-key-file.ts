/** Seals with AES-256-GCM under a key in a file of its own. As safe as the data folder: a copy of both opens everything. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { BelfryError } from '@shared/errors'
import type { Files, SecretBox } from '../host/ports'

const version = 'v1'
const algorithm = 'aes-256-gcm'
const keyLength = 32
const ivLength = 12

export interface KeyFileOptions {
  readonly files: Files
  readonly dataFolder: string
  readonly platform: NodeJS.Platform
}

/** Its key is `secrets.key` in the data folder, mode 0600, made when something is sealed for the first time. */
export function keyFileSecretBox({ files, dataFolder, platform }: KeyFileOptions): SecretBox {
  const path = join(dataFolder, 'secrets.key')

  const readKey = async (): Promise<Buffer | undefined> => {
    const found = await files.stat(path).catch(ifMissing)
    if (!found) return undefined
    if (platform !== 'win32' && (found.mode & 0o077) !== 0) {
      throw new BelfryError('STORAGE', `${path} can be read by others; mend it with: chmod 600 '${path}'`)
    }
    const key = Buffer.from((await files.readFile(path, 'utf8')).trim(), 'base64')
    if (key.length !== keyLength) throw new BelfryError('STORAGE', `${path} does not hold a key`)
    return key
  }

  const makeKey = async (): Promise<Buffer> => {
    const key = randomBytes(keyLength)
    const file = await files.open(path, 'wx', 0o600)
    try {
      await file.writeFile(`${key.toString('base64')}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    return key
  }

  let making: Promise<Buffer> | undefined
  const key = async (): Promise<Buffer> => {
    // Half a key may be on disk while it is being made.
    const found = await (making ?? readKey())
    return found ?? (making ??= makeKey().finally(() => (making = undefined)))
  }

  return {
    kind: 'key-file',
    async seal(plain) {
      const iv = randomBytes(ivLength)
      const cipher = createCipheriv(algorithm, await key(), iv)
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return [version, ...[iv, cipher.getAuthTag(), text].map((part) => part.toString('base64url'))].join('.')
    },
    async open(sealed) {
      const current = await readKey()
      if (!current) throw new BelfryError('STORAGE', `the key that sealed this is gone: there is no ${path}`)
      const [given, ...parts] = sealed.split('.')
      const [iv, tag, text] = parts.map((part) => Buffer.from(part, 'base64url'))
      if (given !== version || !iv || !tag || !text)
        throw new BelfryError('STORAGE', 'this was not sealed by a key file')
      try {
        const decipher = createDecipheriv(algorithm, current, iv, { authTagLength: 16 }).setAuthTag(tag)
        return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')
      } catch (cause) {
        throw new BelfryError('STORAGE', `the key in ${path} does not open this`, { cause })
      }
    },
  }
}

function ifMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
