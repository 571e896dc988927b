// Codes of an authenticator app: RFC 6238 over RFC 4226, as every app does them (SHA-1, six digits, 30 seconds),
// and the address behind the QR code.
import { createHmac } from 'node:crypto'
import type { Instant } from './clock.ts'
import { sameText } from './pkce.ts'

const stepSeconds = 30
/** RFC 6238 §5.2: one step of network delay; clocks that are ahead get the same. */
const toleratedSteps = 1

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648 §6, without padding. */
export function base32(bytes: Uint8Array): string {
  let bits = 0
  let value = 0
  let text = ''
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += alphabet[(value >>> bits) & 31]
    }
    value &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + alphabet[(value << (5 - bits)) & 31]
}

function fromBase32(text: string): Buffer {
  let bits = 0
  let value = 0
  const bytes: number[] = []
  for (const letter of text.replace(/=+$/, '')) {
    value = (value << 5) | alphabet.indexOf(letter)
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((value >>> bits) & 255)
    }
    value &= (1 << bits) - 1
  }
  return Buffer.from(bytes)
}

/** RFC 4226 §5.3. */
function hotp(secret: Buffer, counter: number): string {
  const message = Buffer.alloc(8)
  message.writeBigUInt64BE(BigInt(counter))
  const digest = createHmac('sha1', secret).update(message).digest()
  const offset = (digest[digest.length - 1] as number) & 15
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/**
 * The time step that a code belongs to, or nothing if it is not a code of this moment.
 *
 * @param secret base32
 * @example
 * matchingStep('JBSWY3DPEHPK3PXP', '123456', clock.now())
 */
export function matchingStep(secret: string, code: string, at: Instant): number | undefined {
  const key = fromBase32(secret)
  const current = Math.floor(at.getTime() / 1000 / stepSeconds)
  for (let step = current - toleratedSteps; step <= current + toleratedSteps; step++)
    if (sameText(hotp(key, step), code)) return step
  return undefined
}

/** How long a code could still be accepted after it was: what replay protection has to remember. */
export const replaySeconds = stepSeconds * (2 * toleratedSteps + 1)

/** What the QR code says (the Key URI format of authenticator apps). */
export const keyUri = (issuer: string, username: string, secret: string): string =>
  `otpauth://totp/${encodeURIComponent(issuer)}:${encodeURIComponent(username)}?secret=${secret}&issuer=${encodeURIComponent(issuer)}`
