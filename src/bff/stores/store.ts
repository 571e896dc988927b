// What the BFF asks of storage, as verbs that each happen at once or not at all. Whoever implements these
// (Redis, DynamoDB, SQL) need not know what a session is; test/bff/stores/conformance.ts says whether it fits.
import type { Fingerprint } from '../secrets.ts'

/** Of a session a store knows when it ends, and whose it is by fingerprint. All else is sealed. Times are epoch milliseconds. */
export interface SessionRecord {
  readonly id: Fingerprint
  readonly subject: Fingerprint
  readonly startedAt: number
  readonly seenAt: number
  readonly expiresAt: number
  readonly absoluteExpiresAt: number
  /** Somebody refreshes the tokens, or failed to and waits: nobody else tries until then. */
  readonly refresh: { readonly state: 'under-way' | 'postponed'; readonly until: number } | null
  /** Person and tokens, as `vault.ts` seals them. */
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
