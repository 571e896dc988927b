// A login that has left for the identity provider and has not come back. What must be checked on
// its return (nonce, PKCE verifier, who asked) waits here, found by `state`; the browser holds a
// separate binding, so a state that leaks is worth nothing elsewhere (RFC 9700 §4.7).
import { type Clock, secondsAfter } from './clock.ts'
import type { Fingerprint } from './secrets.ts'

export interface Transaction {
  /** Of the secret in the cookie of the browser that started this login. */
  readonly binding: Fingerprint
  readonly nonce: string
  readonly verifier: string
  readonly returnTo: string
  /** The session this browser had when it asked to log in; the new one replaces it. */
  readonly replaces: Fingerprint | undefined
}

/** Pending logins. An implementation on shared storage must make `take` atomic as well. */
export interface Transactions {
  begin(state: Fingerprint, transaction: Transaction): Promise<void>
  /** Hands out the login with this state *and* this binding, at most once, and never an expired one. */
  take(state: Fingerprint, binding: Fingerprint): Promise<Transaction | undefined>
}

/** How long somebody may take to type a password, find a phone and come back. */
export const transactionSeconds = 600

/** Anybody may begin a login, so what waits in memory is bounded: the oldest gives way. */
const mostPending = 10_000

/**
 * Pending logins in the memory of this process.
 *
 * @example
 * const transactions = transactionsInMemory(systemClock)
 * await transactions.begin(state, { binding, nonce, verifier, returnTo: '/', replaces: undefined })
 * await transactions.take(state, binding) // the transaction
 * await transactions.take(state, binding) // undefined
 */
export function transactionsInMemory(clock: Clock, most = mostPending): Transactions {
  const pending = new Map<Fingerprint, Transaction & { readonly expiresAt: Date }>()

  function makeRoom(now: Date) {
    for (const [state, { expiresAt }] of pending) {
      if (now < expiresAt && pending.size < most) return
      pending.delete(state)
    }
  }

  return {
    async begin(state, transaction) {
      const now = clock.now()
      makeRoom(now)
      pending.set(state, { ...transaction, expiresAt: secondsAfter(now, transactionSeconds) })
    },

    async take(state, binding) {
      const transaction = pending.get(state)
      if (transaction?.binding !== binding) return undefined
      pending.delete(state)
      return clock.now() < transaction.expiresAt ? transaction : undefined
    },
  }
}
