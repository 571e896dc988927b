// What begins here and comes back later, once: a login that has left for the identity provider, and the session
// of an app that will be fetched with a hand-off code. Both wait in the store under the fingerprint of a secret,
// sealed; whoever does not know the secret neither finds nor uses up anything (RFC 9700 §4.7).
import type { Clock } from './clock.ts'
import { type Fingerprint, fingerprint } from './secrets.ts'
import type { Store } from './stores/store.ts'
import type { Vault } from './vault.ts'

/** Where a native app wants its session handed over, and what it must prove then. */
export interface AppHandoff {
  readonly redirect: string
  /** S256 of the app's verifier. */
  readonly challenge: string
}

export interface PendingLogin {
  readonly clientId: string
  readonly nonce: string
  readonly verifier: string
  /** The redirect URI of this login; the token endpoint wants to hear it again. */
  readonly callback: string
  readonly returnTo?: string | undefined
  readonly app?: AppHandoff | undefined
  /** The session this browser had when it asked to log in; the new one replaces it. */
  readonly replaces?: Fingerprint | undefined
}

export interface Pending<T> {
  begin(secret: string, what: T): Promise<void>
  /** Hands out what waits behind this secret, at most once, and never what has expired. */
  take(secret: string): Promise<T | undefined>
}

/** How long somebody may take to type a password, find a phone and come back. */
export const loginSeconds = 600

interface Needs {
  readonly store: Store
  readonly vault: Vault
  readonly clock: Clock
}

/**
 * A waiting room in a store.
 *
 * @example
 * const logins = pendingIn<PendingLogin>({ store, vault, clock }, loginSeconds)
 * await logins.begin(state + binding, login)
 * await logins.take(state + binding) // the login
 * await logins.take(state + binding) // undefined
 */
export function pendingIn<T>({ store, vault, clock }: Needs, seconds: number): Pending<T> {
  const now = () => clock.now().getTime()
  return {
    async begin(secret, what) {
      const key = fingerprint(secret)
      await store.keepOnce(key, vault.seal(what, key), now() + seconds * 1000)
    },
    async take(secret) {
      const key = fingerprint(secret)
      const sealed = await store.takeOnce(key, now())
      return sealed === undefined ? undefined : vault.open<T>(sealed, key)
    },
  }
}
