// What would have been mailed or texted to the people of a pool, as a test author reads it: a list, because the same mail
// is sent twice, and a cursor, so that what came before a step of a test is not taken for what came of it.
import type { Message } from '../idp/domain/inbox.ts'
import type { UserPool } from '../idp/domain/user-pool.ts'
import { millisecondsOf } from '../idp/duration.ts'
import type { WaitOptions } from './requests.ts'
import { firstOf } from './waiting.ts'

/** A mail, or a text message (`medium`). */
export type { Message as Mail, MessageKind as MailKind } from '../idp/domain/inbox.ts'

export interface MailFilter {
  /** An address, a phone number or a username. */
  readonly to?: string
  readonly kind?: Message['kind']
  /** Only what came after the mail with this id. */
  readonly since?: number
}

export interface Inbox {
  /**
   * Oldest first; the last thousand.
   *
   * @example
   * const texts = (await pool.inbox.list({ kind: 'mfa' })).map(({ text }) => text)
   */
  list(filter?: MailFilter): Promise<readonly Message[]>
  /**
   * The newest one, or the newest to an address, a phone number or a username.
   *
   * @example
   * const code = (await pool.inbox.last('alice'))?.code
   */
  last(to?: string): Promise<Message | undefined>
  /**
   * The newest one that fits, as soon as there is one.
   *
   * @throws after the timeout, with what else came
   * @example
   * const since = (await pool.inbox.last())?.id ?? 0
   * askForCode('alice')
   * const { code } = await pool.inbox.waitFor({ to: 'alice', kind: 'forgot', since })
   */
  waitFor(filter: MailFilter, options?: WaitOptions): Promise<Message>
  /**
   * Empties it.
   *
   * @example
   * await pool.inbox.clear()
   */
  clear(): Promise<void>
}

export function inboxOf({ inbox }: Pick<UserPool, 'inbox'>, closing: AbortSignal): Inbox {
  const list = (filter: MailFilter = {}) => inbox.list().filter((mail) => fits(mail, filter))
  return {
    list: async (filter) => list(filter),
    last: async (to) => list(to === undefined ? {} : { to }).at(-1),
    waitFor: async (filter, { timeout = '5s' } = {}) =>
      firstOf(() => list(filter).at(-1), inbox.subscribe, {
        timeoutMilliseconds: millisecondsOf(timeout),
        closing,
        complaint: () => noMailFits(filter, inbox.list()),
      }),
    clear: async () => inbox.restore([]),
  }
}

const fits = (mail: Message, { to, kind, since = 0 }: MailFilter): boolean =>
  (to === undefined || mail.to === to || mail.username === to) &&
  (kind === undefined || mail.kind === kind) &&
  mail.id > since

/** Why nothing fitted: what is there. */
export function noMailFits(filter: MailFilter, mails: readonly Message[]): string {
  const wanted = `no mail fits ${JSON.stringify(filter)}`
  if (mails.length === 0) return `${wanted}; none came at all`
  const seen = mails.slice(-5).map(({ id, kind, to, username }) => `${id}: ${kind} to ${to} for ${username}`)
  return `${wanted}; the inbox has ${mails.length}, the newest of them ${seen.join(', ')}`
}
