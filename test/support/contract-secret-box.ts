/** For every `SecretBox`. */
import { strict as assert } from 'node:assert'
import type { SecretBox } from '../../electron/host/ports'
import type { ContractCase } from './contract'

export const secretBoxContract: readonly ContractCase<SecretBox>[] = [
  {
    name: 'opens what it sealed',
    async check(box) {
      for (const plain of ['hunter2', '', 'ü 日本 🔔\n\0', 'x'.repeat(100_000)]) {
        assert.equal(await box.open(await box.seal(plain)), plain)
      }
    },
  },
  {
    name: 'shows nothing of what it sealed',
    async check(box) {
      const sealed = await box.seal('correct horse battery staple')
      assert.ok(!sealed.includes('horse'))
      assert.ok(!Buffer.from(sealed, 'base64').includes('horse'))
    },
  },
  {
    name: 'refuses what was changed, cut or never sealed',
    async check(box) {
      const sealed = await box.seal('hunter2')
      const last = sealed.endsWith('A') ? 'B' : 'A'
      for (const bad of [sealed.slice(0, -4), sealed.slice(0, -4) + last.repeat(4), '', 'plain text']) {
        await assert.rejects(async () => box.open(bad), `opened ${JSON.stringify(bad)}`)
      }
    },
  },
  {
    name: 'seals at once for many',
    async check(box) {
      const plain = Array.from({ length: 20 }, (_, index) => `secret ${index}`)
      const sealed = await Promise.all(plain.map((secret) => box.seal(secret)))
      assert.deepEqual(await Promise.all(sealed.map((secret) => box.open(secret))), plain)
    },
  },
]
