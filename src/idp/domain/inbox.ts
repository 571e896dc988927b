// Every message that Cognito would mail or text, kept instead: a bounded list, newest last, that the inbox page,
// the control API and the tests read.
import type { Instant } from './clock.ts'

export type MessageKind = 'signup' | 'forgot' | 'invite' | 'mfa' | 'verifyAttribute'

export interface Message {
  readonly id: string
  readonly at: Instant
  /** The address or number, in full: only the pages mask it. */
  readonly to: string
  readonly medium: 'EMAIL' | 'SMS'
  readonly kind: MessageKind
  readonly username: string
  /** Of a mail. */
  readonly subject?: string
  readonly text: string
  /** The code in the text, or the temporary password of an invitation. */
  readonly code?: string
  /** The address in the text. */
  readonly link?: string
}

export interface Inbox {
  /** Keeps a message and tells everyone who listens. */
  append(message: Message): void
  list(): readonly Message[]
  /** Calls `listener` after each message, until the returned function is called. */
  subscribe(listener: (message: Message) => void): () => void
}

/**
 * An inbox in memory.
 *
 * @param messages what has come so far, by id
 * @param capacity how many messages it keeps; older ones are forgotten
 * @example
 * const inbox = createInbox()
 * inbox.subscribe(({ to, code }) => process.stderr.write(`${to}: ${code}\n`))
 */
export function createInbox(messages = new Map<string, Message>(), capacity = 1000): Inbox {
  const listeners = new Set<(message: Message) => void>()
  return {
    append(message) {
      messages.set(message.id, message)
      for (const oldest of messages.keys())
        if (messages.size > capacity) messages.delete(oldest)
        else break
      for (const listener of listeners) listener(message)
    },
    list: () => [...messages.values()],
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
