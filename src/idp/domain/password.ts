// A fixture holds passwords in clear; the running pool does not. The hash is scrypt at a very low cost on
// purpose: it has to keep the text out of memory dumps and saved state, while 25 ms for each login (the
// default cost) would make every test suite slower for nothing that a mock protects.
import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'

export interface PasswordHash {
  readonly salt: Buffer
  readonly hash: Buffer
}

const cost = { N: 16, r: 1, p: 1 } as const
const hashBytes = 32

const derive = (password: string, salt: Buffer): Buffer => scryptSync(password, salt, hashBytes, cost)

export function hashPassword(password: string): PasswordHash {
  const salt = randomBytes(16)
  return { salt, hash: derive(password, salt) }
}

/** A hash that no password has, so that an unknown user costs as much time as a known one. */
export const nobodysPassword: PasswordHash = { salt: Buffer.alloc(16), hash: Buffer.alloc(hashBytes) }

/** Compares in constant time. */
export const passwordMatches = (password: string, { salt, hash }: PasswordHash): boolean =>
  timingSafeEqual(derive(password, salt), hash)
