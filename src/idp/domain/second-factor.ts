// The second factor (AWS: MFA): which one a login needs, the challenge, and how somebody who has none sets one up.
import { randomBytes } from 'node:crypto'
import { countFailure, isLocked, liveAttempts } from './attempts.ts'
import { isEmail, isPhoneNumber } from './attributes.ts'
import { enforcedLevel, factorsFor } from './authentication.ts'
import { type Instant, secondsAfter } from './clock.ts'
import type { PageStep } from './continuations.ts'
import { type ContactAttribute, sendCode, type Visit } from './delivery.ts'
import { attributeOf, factorsOf, preferredOf } from './factors.ts'
import type { Kept } from './kept.ts'
import { base32, matchingStep, replaySeconds } from './totp.ts'
import { demand, type Trail } from './trail.ts'
import type { Factor, User } from './user.ts'
import type { UserPool } from './user-pool.ts'
import {
  codeMismatch,
  expiredCode,
  invalidParameter,
  limitExceeded,
  UserPoolException,
} from './user-pool-exception.ts'
import { takeCode } from './verification-codes.ts'

export interface UsedToken {
  readonly key: string
  readonly forgetAt: Instant
}

/** Codes of authenticator apps that were accepted, so that none is accepted twice (RFC 6238 §5.2). */
export interface UsedTokens extends Kept<UsedToken> {
  /** Atomically: of two who use the same one, the second gets `false`. */
  use(key: string, forgetAt: Instant): Promise<boolean>
}

/** What a login still needs after the password; nothing, if it needs no more. */
export async function secondFactorStep(visit: Visit, user: User): Promise<PageStep | undefined> {
  const { pool, askedLevels } = visit
  if (pool.mfa.mode === 'OFF') return undefined
  const all = factorsOf(pool, user)
  const factors = factorsFor(enforcedLevel(askedLevels, all), all)
  if (factors.length > 0) return oneOfStep(visit, user, factors)
  return pool.mfa.mode === 'ON' ? setupStep(pool, user) : undefined
}

/** Asks for one of the factors, of which there is at least one: which one, unless that is clear. */
export async function oneOfStep(visit: Visit, user: User, factors: readonly Factor[]): Promise<PageStep> {
  const chosen = preferredOf(user, factors)
  return factors.length > 1 && chosen !== user.preferredFactor
    ? { name: 'choose-factor', sub: user.sub, factors }
    : challengeStep(visit, user, chosen)
}

/** Asks for one factor; a code is sent, if it is one of those. */
export async function challengeStep(visit: Visit, user: User, factor: Factor): Promise<PageStep> {
  if (factor === 'software-token') return { name: 'software-token', sub: user.sub }
  const attribute = attributeOf[factor]
  const destination = user.attributes[attribute] as string
  const { authSessionSeconds } = visit.client
  const sent = await sendCode(visit, user, 'second-factor', attribute, destination, authSessionSeconds)
  return { name: 'code', sub: user.sub, factor, sent }
}

function setupStep({ mfa }: UserPool, { sub }: User): PageStep {
  const [only, another] = mfa.factors
  return only === undefined || another !== undefined
    ? { name: 'choose-setup', sub, factors: mfa.factors }
    : setUp(sub, only)
}

/** AWS: at least 16 letters; RFC 4226 §4 recommends 160 bits. */
const secretBytes = 20

/** The page on which somebody sets up the factor of their choice. */
export const setUp = (sub: string, factor: Factor): PageStep =>
  factor === 'software-token'
    ? { name: 'set-up-software-token', sub, secret: base32(randomBytes(secretBytes)) }
    : { name: 'set-up-contact', sub, attribute: attributeOf[factor] }

/** One of those that were offered. @throws UserPoolException if it is something else */
export function chosenFactor(offered: readonly Factor[], chosen: string, trail: Trail): Factor {
  const factor = offered.find((each) => each === chosen)
  demand(trail, 'mfa.choice', factor !== undefined, () =>
    invalidParameter(
      'Choose a multi-factor authentication (MFA) method',
      `${chosen || 'nothing'} was chosen`,
    ),
  )
  return factor
}

const sixDigits = /^\d{6}$/

/** Judges the code of an authenticator app. @throws UserPoolException */
export async function checkSoftwareToken(
  pool: UserPool,
  { sub, softwareTokenSecret }: User,
  code: string,
  trail: Trail,
): Promise<void> {
  const mismatch = (reason: string) => codeMismatch(reason, 'Invalid code received for user')
  await demandToken(pool, sub, softwareTokenSecret as string, code, trail, mismatch)
}

/** Judges the first code of a new authenticator app. @throws UserPoolException */
export async function proveSoftwareToken(
  pool: UserPool,
  user: User,
  secret: string,
  code: string,
  trail: Trail,
): Promise<User> {
  const text = 'Code mismatch and fail enable Software Token MFA'
  const mismatch = (reason: string) => new UserPoolException('EnableSoftwareTokenMFAException', text, reason)
  await demandToken(pool, user.sub, secret, code, trail, mismatch)
  const enrolled: User = { ...user, softwareTokenSecret: secret }
  await pool.users.put(enrolled)
  return enrolled
}

async function demandToken(
  pool: UserPool,
  sub: string,
  secret: string,
  typed: string,
  trail: Trail,
  mismatch: (reason: string) => UserPoolException,
): Promise<void> {
  const key = `second factor of ${sub}`
  const failures = await liveAttempts(pool, key)
  demand(trail, 'mfa.attempts', !isLocked(pool, failures), () =>
    limitExceeded(`there were ${failures?.count} wrong codes in a row`),
  )
  const code = typed.trim()
  const step = sixDigits.test(code) ? matchingStep(secret, code, pool.clock.now()) : undefined
  if (step === undefined) await countFailure(pool, key)
  demand(trail, 'mfa.software-token', step !== undefined, () =>
    mismatch('the code is none of this half minute, nor of the ones beside it'),
  )
  const isNew = await pool.usedTokens.use(`${sub} ${step}`, secondsAfter(pool.clock.now(), replaySeconds))
  demand(trail, 'mfa.software-token-once', isNew, () =>
    expiredCode(
      'the code of this half minute was used already; the next one is good',
      'Your software token has already been used once.',
    ),
  )
  if (failures !== undefined) await pool.attempts.forget(key)
}

/** Judges a code that was sent as a second factor. @throws UserPoolException */
export async function checkSentCode(pool: UserPool, sub: string, code: string, trail: Trail): Promise<void> {
  const text = 'Invalid code or auth state for the user.'
  await takeCode(pool, { purpose: 'second-factor', sub, code }, 'mfa.code', trail, text)
}

/** Sends a code to the address that is to become a factor. @throws UserPoolException if it is none */
export async function startContactSetup(
  visit: Visit,
  user: User,
  attribute: ContactAttribute,
  typed: string,
  trail: Trail,
): Promise<PageStep> {
  const destination = typed.trim()
  const fits = attribute === 'email' ? isEmail(destination) : isPhoneNumber(destination)
  demand(trail, 'mfa.contact', fits, () =>
    invalidParameter(
      attribute === 'email' ? 'Invalid email address format.' : 'Invalid phone number format.',
    ),
  )
  const { authSessionSeconds } = visit.client
  const sent = await sendCode(visit, user, 'factor-setup', attribute, destination, authSessionSeconds)
  return { name: 'prove-contact', sub: user.sub, attribute, destination, sent }
}

/** The address has proved itself: it is verified, and a factor from now on. @throws UserPoolException */
export async function proveContact(
  pool: UserPool,
  user: User,
  attribute: ContactAttribute,
  destination: string,
  code: string,
  trail: Trail,
): Promise<User> {
  const text = 'Invalid code or auth state for the user.'
  await takeCode(pool, { purpose: 'factor-setup', sub: user.sub, code }, 'mfa.code', trail, text)
  const factor: Factor = attribute === 'email' ? 'email' : 'sms'
  const enrolled: User = {
    ...user,
    attributes: { ...user.attributes, [attribute]: destination, [`${attribute}_verified`]: 'true' },
    factors: [...(user.factors ?? []), factor],
  }
  await pool.users.put(enrolled)
  return enrolled
}
