// What would have been mailed or texted to the people of a pool, as a test author reads it.
import type { Message } from '../idp/domain/inbox.ts'
import type { UserPool } from '../idp/domain/user-pool.ts'

export type { Message }

export interface Inbox {
  /** Oldest first. */
  list(): readonly Message[]
  /** The newest message, or the newest to an address, a phone number or a username. */
  latest(to?: string): Message | undefined
  /** Calls `listener` after each message, until the returned function is called. */
  subscribe(listener: (message: Message) => void): () => void
}

export const inboxOf = ({ inbox }: Pick<UserPool, 'inbox'>): Inbox => ({
  list: inbox.list,
  subscribe: inbox.subscribe,
  latest: (to) =>
    inbox.list().findLast((message) => to === undefined || message.to === to || message.username === to),
})
