// Chance is injected, as time is: one source for each pool. Codes, jti and event ids are lower-case UUIDs
// because Cognito's are; what only this server ever reads back is a nanoid.
import { randomInt, randomUUID } from 'node:crypto'
import { nanoid } from 'nanoid'

/** Makes the identifiers that nobody may guess. */
export interface Ids {
  /** A lower-case UUID v4: authorization codes, `jti`, `event_id`, CSRF tokens. */
  uuid(): string
  /** An opaque, URL-safe key of 192 bits: browser sessions. */
  opaque(): string
  /** As many decimal digits: codes that people type. */
  digits(count: number): string
}

export const randomIds: Ids = {
  uuid: () => randomUUID(),
  opaque: () => nanoid(32),
  digits: (count) => String(randomInt(10 ** count)).padStart(count, '0'),
}
