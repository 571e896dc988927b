// What goes on between the pages of a login, in memory: codes that were sent, steps that were begun, attempts that
// failed, codes of authenticator apps that were used. The same promises as in memory.ts.
import type { Attempts, FailedAttempts } from '../domain/attempts.ts'
import type { Clock, Instant } from '../domain/clock.ts'
import type { Continuation, Continuations } from '../domain/continuations.ts'
import type { UsedTokens } from '../domain/second-factor.ts'
import type { VerificationCode, VerificationCodes } from '../domain/verification-codes.ts'
import { forget } from './memory.ts'

const endOf = ({ expiresAt }: { readonly expiresAt: Instant }): Instant => expiresAt

/** A code, and how often somebody got it wrong. */
export interface KeptVerificationCode {
  readonly expiresAt: Instant
  readonly code: VerificationCode
  readonly wrongAttempts: number
}

export function memoryVerificationCodes(
  clock: Clock,
  codes = new Map<string, KeptVerificationCode>(),
): VerificationCodes {
  const keyOf = ({ purpose, sub }: Pick<VerificationCode, 'purpose' | 'sub'>) => `${purpose} ${sub}`
  return {
    async issue(code) {
      forget(codes, endOf, clock)
      codes.set(keyOf(code), { code, expiresAt: code.expiresAt, wrongAttempts: 0 })
    },
    async present(presented, at, mostAttempts) {
      const kept = codes.get(keyOf(presented))
      if (kept === undefined) return { outcome: 'unknown' }
      if (at >= kept.expiresAt) return { outcome: 'expired', expiredAt: kept.expiresAt }
      if (kept.wrongAttempts >= mostAttempts) return { outcome: 'exhausted' }
      if (presented.code !== kept.code.code) {
        codes.set(keyOf(presented), { ...kept, wrongAttempts: kept.wrongAttempts + 1 })
        return { outcome: 'mismatch' }
      }
      codes.delete(keyOf(presented))
      return { outcome: 'accepted', code: kept.code }
    },
  }
}

export function memoryContinuations(
  clock: Clock,
  continuations = new Map<string, Continuation>(),
): Continuations {
  return {
    async open(continuation) {
      forget(continuations, endOf, clock)
      continuations.set(continuation.id, continuation)
    },
    find: async (id) => continuations.get(id),
    close: async (id) => continuations.delete(id),
  }
}

export function memoryAttempts(clock: Clock, failures = new Map<string, FailedAttempts>()): Attempts {
  return {
    find: async (key) => failures.get(key),
    async count(key, next) {
      forget(failures, endOf, clock)
      failures.set(key, next(failures.get(key)))
    },
    async forget(key) {
      failures.delete(key)
    },
  }
}

export function memoryUsedTokens(
  clock: Clock,
  used = new Map<string, { readonly expiresAt: Instant }>(),
): UsedTokens {
  return {
    async use(key, forgetAt) {
      forget(used, endOf, clock)
      if (used.has(key)) return false
      used.set(key, { expiresAt: forgetAt })
      return true
    },
  }
}
