// A fixture holds passwords in clear; the running pool does not: it keeps a salted HMAC-SHA-256, which keeps the text out of
// memory dumps and saved state. A slow hash would be right for a real pool; here it would take 25 ms of every login in every
// test suite, and protect nothing, since the fixture lies beside it.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

export interface PasswordHash {
  readonly salt: Buffer
  readonly hash: Buffer
}

const hashBytes = 32

const derive = (password: string, salt: Buffer): Buffer =>
  createHmac('sha256', salt).update(password).digest()

export function hashPassword(password: string): PasswordHash {
  const salt = randomBytes(16)
  return { salt, hash: derive(password, salt) }
}

/** A hash that no password has, so that an unknown user costs as much time as a known one. */
export const nobodysPassword: PasswordHash = { salt: Buffer.alloc(16), hash: Buffer.alloc(hashBytes) }

/** Compares in constant time. */
export const passwordMatches = (password: string, { salt, hash }: PasswordHash): boolean =>
  timingSafeEqual(derive(password, salt), hash)
