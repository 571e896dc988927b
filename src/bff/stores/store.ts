// What the BFF asks of storage, as verbs that each happen at once or not at all. Whoever implements these
// (Redis, DynamoDB, SQL) need not know what a session is; test/bff/stores/conformance.ts says whether it fits.
import type { Fingerprint } from '../secrets.ts'

/** Of a session a store knows when it may forget it, and whose it is by fingerprint. All else is sealed. */
export interface SessionRecord {
  readonly id: Fingerprint
  readonly subject: Fingerprint
  /** In epoch milliseconds. */
  readonly expiresAt: number
  /** The session, as `vault.ts` seals it. */
  readonly sealed: string
}

/** A record as it was found, with the mark by which the store knows that version of it. */
export interface FoundSession extends SessionRecord {
  readonly version: string
}

export interface Store {
  addSession(record: SessionRecord): Promise<void>
  findSession(id: Fingerprint): Promise<FoundSession | undefined>
  /**
   * Compare and set: puts `next` in the place of what was found.
   *
   * @returns false, and nothing is changed, if it has been replaced or removed since
   */
  replaceSession(found: FoundSession, next: SessionRecord): Promise<boolean>
  /** @returns whether this call removed it: of several at once, one */
  removeSession(id: Fingerprint): Promise<boolean>
  sessionsOf(subject: Fingerprint): Promise<readonly FoundSession[]>

  /** Keeps a value that can be had once. */
  keepOnce(key: Fingerprint, value: string, expiresAt: number): Promise<void>
  /** Hands out a value and forgets it: of several at once, one gets it. Never one that has expired. */
  takeOnce(key: Fingerprint, now: number): Promise<string | undefined>

  /** Forgets what has expired. */
  sweep(now: number): Promise<void>
}
