// What a store keeps for us, it cannot read: AES-256-GCM, each value bound to the name it is kept under, so
// that whoever can write to the store cannot hand one person the tokens of another (NIST SP 800-38D).
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

export interface Vault {
  /** @param name where the sealed value will be kept; it opens under this name only */
  seal(value: unknown, name: string): string
  /** The value, or undefined if no key opens it: tampered with, moved, or sealed with a key since retired. */
  open<T>(sealed: string, name: string): T | undefined
}

const ivBytes = 12
const tagBytes = 16

/**
 * A vault. The first key seals, each of them opens: put a new key in front, and drop the old one when the
 * sessions sealed with it are over.
 *
 * @param keys of 32 bytes each
 * @example
 * const vault = createVault([randomBytes(32)])
 * vault.open(vault.seal({ refreshToken: 'r' }, 'session-1'), 'session-1') // { refreshToken: 'r' }
 */
export function createVault(keys: readonly Buffer[]): Vault {
  const [sealing = randomBytes(32)] = keys
  const opening = keys.length > 0 ? keys : [sealing]

  function decipher(sealed: Buffer, name: string, key: Buffer): string | undefined {
    try {
      const opener = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes))
        .setAAD(Buffer.from(name))
        .setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes))
      const text = opener.update(sealed.subarray(ivBytes + tagBytes))
      return Buffer.concat([text, opener.final()]).toString()
    } catch {
      return undefined
    }
  }

  return {
    seal(value, name) {
      const iv = randomBytes(ivBytes)
      const sealer = createCipheriv('aes-256-gcm', sealing, iv).setAAD(Buffer.from(name))
      const text = Buffer.concat([sealer.update(JSON.stringify(value)), sealer.final()])
      return Buffer.concat([iv, sealer.getAuthTag(), text]).toString('base64url')
    },

    open(sealed, name) {
      const bytes = Buffer.from(sealed, 'base64url')
      for (const key of opening) {
        const text = decipher(bytes, name, key)
        if (text !== undefined) return JSON.parse(text)
      }
      return undefined
    },
  }
}
