// Every message that Cognito would mail or text, kept instead: a bounded list, newest last, that the inbox page,
// the control API and the tests read.
import type { Instant } from './clock.ts'
import type { Place } from './kept.ts'

export type MessageKind = 'signup' | 'forgot' | 'invite' | 'mfa' | 'verifyAttribute'

export interface Message {
  /** Its place among all that the inbox ever got, from 1. */
  readonly id: number
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
  /** Keeps a message, gives it its id, and tells everyone who listens. */
  append(message: Omit<Message, 'id'>): void
  list(): readonly Message[]
  /** Keeps these instead; ids go on, so that none is given twice. */
  restore(messages: readonly Message[]): void
  /** Calls `listener` after each message, until the returned function is called. */
  subscribe(listener: (message: Message) => void): () => void
}

/**
 * An inbox in memory.
 *
 * @param capacity how many messages it keeps; older ones are forgotten
 * @param messages those that are kept, by id
 * @param given where the last id is kept
 * @example
 * const inbox = createInbox()
 * inbox.subscribe(({ to, code }) => process.stderr.write(`${to}: ${code}\n`))
 */
export function createInbox(
  capacity = 1000,
  messages = new Map<string, Message>(),
  given: Place<number> = { value: undefined },
): Inbox {
  const listeners = new Set<(message: Message) => void>()
  return {
    append(unnumbered) {
      given.value = (given.value ?? 0) + 1
      const message = { id: given.value, ...unnumbered }
      const [oldest] = messages.keys()
      if (oldest !== undefined && messages.size === capacity) messages.delete(oldest)
      messages.set(String(message.id), message)
      for (const listener of listeners) listener(message)
    },
    list: () => [...messages.values()],
    restore(earlier) {
      messages.clear()
      for (const message of earlier) messages.set(String(message.id), message)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
