// What goes on between the pages of a login, in memory: codes that were sent, steps that were begun, attempts that
// failed, codes of authenticator apps that were used. The same promises as in memory.ts.
import type { Attempts, FailedAttempts } from '../domain/attempts.ts'
import type { Clock, Instant } from '../domain/clock.ts'
import type { Continuation, Continuations } from '../domain/continuations.ts'
import type { UsedToken, UsedTokens } from '../domain/second-factor.ts'
import type {
  KeptVerificationCode,
  VerificationCode,
  VerificationCodes,
} from '../domain/verification-codes.ts'
import { forget, kept } from './memory.ts'

const endOf = ({ expiresAt }: { readonly expiresAt: Instant }): Instant => expiresAt

export function memoryVerificationCodes(
  clock: Clock,
  codes = new Map<string, KeptVerificationCode>(),
): VerificationCodes {
  const keyOf = ({ purpose, sub }: Pick<VerificationCode, 'purpose' | 'sub'>) => `${purpose} ${sub}`
  return {
    async issue(code) {
      forget(codes, (each) => each.code.expiresAt, clock)
      codes.set(keyOf(code), { code, wrongAttempts: 0 })
    },
    async present(presented, at, mostAttempts) {
      const key = keyOf(presented)
      const found = codes.get(key)
      if (found === undefined) return { outcome: 'unknown' }
      const { code, wrongAttempts } = found
      if (at >= code.expiresAt) return { outcome: 'expired', expiredAt: code.expiresAt }
      if (wrongAttempts >= mostAttempts) return { outcome: 'exhausted' }
      if (presented.code !== code.code) {
        codes.set(key, { code, wrongAttempts: wrongAttempts + 1 })
        return { outcome: 'mismatch' }
      }
      codes.delete(key)
      return { outcome: 'accepted', code }
    },
    ...kept(codes, ({ code }) => keyOf(code)),
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
    ...kept(continuations, ({ id }) => id),
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
    ...kept(failures, ({ key }) => key),
  }
}

export function memoryUsedTokens(clock: Clock, used = new Map<string, UsedToken>()): UsedTokens {
  return {
    async use(key, forgetAt) {
      forget(used, (each) => each.forgetAt, clock)
      if (used.has(key)) return false
      used.set(key, { key, forgetAt })
      return true
    },
    ...kept(used, ({ key }) => key),
  }
}
