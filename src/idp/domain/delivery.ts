// Where a code goes, what the message says, and how much of the address a page may show.
import type { Level } from './authentication.ts'
import type { Client } from './client.ts'
import type { MessageKind } from './inbox.ts'
import type { User } from './user.ts'
import type { UserPool } from './user-pool.ts'
import { type CodePurpose, issueCode, type VerificationCode } from './verification-codes.ts'

export type Medium = 'EMAIL' | 'SMS'
export type ContactAttribute = 'email' | 'phone_number'

/** A form post: the pool and client that it is about, and what the server is called in it. */
export interface Visit {
  readonly pool: UserPool
  readonly client: Client
  readonly origin: string
  /** What the app asks for in `acr_values`. */
  readonly askedLevels: readonly Level[]
}

/** `CodeDeliveryDetails`: what somebody may know of where the code went. */
export interface Delivery {
  readonly medium: Medium
  /** Masked. */
  readonly destination: string
}

/** The texts of messages that a pool can word itself (AWS: VerificationMessageTemplate). */
export interface MessageTemplates {
  /** Whether sign-ups are confirmed by a link (`CONFIRM_WITH_LINK`). */
  readonly byLink: boolean
  readonly emailSubject: string
  /** `{####}` is the code. */
  readonly emailMessage: string
  readonly emailSubjectByLink: string
  /** `{##words##}` is the link. */
  readonly emailMessageByLink: string
  readonly smsMessage: string
}

/**
 * As the API masks them.
 *
 * @example
 * masked('alice@example.com') // a***@e***
 * masked('+15555550134') // +*******0134
 */
export const masked = (destination: string): string =>
  destination.includes('@')
    ? destination.replace(/^(.?)[^@]*@(.?).*$/s, '$1***@$2***')
    : `+*******${destination.slice(-4)}`

const kindOf: Readonly<Record<CodePurpose, MessageKind>> = {
  'sign-up': 'signup',
  'forgot-password': 'forgot',
  'second-factor': 'mfa',
  'factor-setup': 'verifyAttribute',
}

/** Makes a code for a user and sends it to one of the user's addresses. */
export async function sendCode(
  visit: Visit,
  user: User,
  purpose: CodePurpose,
  attribute: ContactAttribute,
  destination: string,
  lifeSeconds: number,
): Promise<Delivery> {
  const medium = attribute === 'email' ? 'EMAIL' : 'SMS'
  const code = await issueCode(visit.pool, user, { purpose, medium, attribute, destination }, lifeSeconds)
  const { pool } = visit
  pool.inbox.append({
    at: pool.clock.now(),
    to: destination,
    medium,
    kind: kindOf[purpose],
    username: user.username,
    ...worded(visit, user, code),
  })
  return { medium, destination: masked(destination) }
}

interface Wording {
  readonly subject?: string
  readonly text: string
  readonly code: string
  readonly link?: string
}

function worded(
  { pool, client, origin }: Visit,
  user: User,
  { purpose, medium, code }: VerificationCode,
): Wording {
  const { messages } = pool
  const filled = (template: string) => template.replaceAll('{####}', code)
  if (purpose === 'second-factor')
    return medium === 'SMS'
      ? { text: `Your authentication code is ${code}.`, code }
      : { subject: 'Your authentication code', text: `Your authentication code is ${code}.`, code }
  if (medium === 'SMS') return { text: filled(messages.smsMessage), code }
  if (purpose === 'forgot-password')
    return { subject: 'Your password reset code', text: `Your password reset code is ${code}.`, code }
  if (purpose === 'sign-up' && messages.byLink) {
    const query = new URLSearchParams({
      client_id: client.id,
      user_name: user.username,
      confirmation_code: code,
    })
    const link = `${origin}/confirmUser?${query}`
    const text = messages.emailMessageByLink.replace(/\{##(.*?)##\}/gs, (_, words) => `${words} (${link})`)
    return { subject: messages.emailSubjectByLink, text, code, link }
  }
  return { subject: messages.emailSubject, text: filled(messages.emailMessage), code }
}
