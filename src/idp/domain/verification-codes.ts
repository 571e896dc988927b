// Codes that a message carries: six digits, for one purpose and one user, good for a while, for a few attempts
// and for one use (AWS: codes of user pools).
import type { Instant } from './clock.ts'
import { howLong, millisecondsBefore, secondsAfter } from './clock.ts'
import type { Medium } from './delivery.ts'
import type { Kept } from './kept.ts'
import type { RuleId } from './rules.ts'
import { note, refused, type Trail } from './trail.ts'
import type { User } from './user.ts'
import type { UserPool } from './user-pool.ts'
import { codeMismatch, expiredCode, limitExceeded } from './user-pool-exception.ts'

export type CodePurpose = 'sign-up' | 'forgot-password' | 'second-factor' | 'factor-setup'

export interface VerificationCode {
  readonly purpose: CodePurpose
  readonly sub: string
  readonly code: string
  readonly medium: Medium
  /** The attribute that it went to, and that it proves. */
  readonly attribute: 'email' | 'phone_number'
  readonly destination: string
  readonly expiresAt: Instant
}

/** What became of a code that somebody presents. */
export type PresentedCode =
  | { readonly outcome: 'accepted'; readonly code: VerificationCode }
  | { readonly outcome: 'mismatch' }
  | { readonly outcome: 'exhausted' }
  | { readonly outcome: 'expired'; readonly expiredAt: Instant }
  | { readonly outcome: 'unknown' }

/** A code, and how often somebody got it wrong. */
export interface KeptVerificationCode {
  readonly code: VerificationCode
  readonly wrongAttempts: number
}

export interface VerificationCodes extends Kept<KeptVerificationCode> {
  /** The new code takes the place of an older one of the same user and purpose. */
  issue(code: VerificationCode): Promise<void>
  /**
   * Judges what somebody typed, atomically. The right code is accepted once; each wrong one counts, and after
   * `mostAttempts` of them not even the right one is accepted.
   */
  present(
    presented: Pick<VerificationCode, 'purpose' | 'sub' | 'code'>,
    at: Instant,
    mostAttempts: number,
  ): Promise<PresentedCode>
}

/** The same code, sent that much earlier. */
export const agedVerificationCode = (
  kept: KeptVerificationCode,
  byMilliseconds: number,
): KeptVerificationCode => ({
  ...kept,
  code: { ...kept.code, expiresAt: millisecondsBefore(kept.code.expiresAt, byMilliseconds) },
})

/** AWS: a day at sign-up, an hour for a forgotten password; a second factor lives as long as its login. */
export const codeSeconds = { 'sign-up': 24 * 3600, 'forgot-password': 3600 } as const

/** GUESS: Cognito limits attempts by the hour, and says nothing of a single code. */
export const mostAttempts = 5

/** Makes a code and keeps it; the fixed one, if the pool was told to. */
export async function issueCode(
  {
    verificationCodes,
    ids,
    clock,
    fixedCode,
  }: Pick<UserPool, 'verificationCodes' | 'ids' | 'clock'> & { readonly fixedCode?: string | undefined },
  { sub }: Pick<User, 'sub'>,
  to: Pick<VerificationCode, 'purpose' | 'medium' | 'attribute' | 'destination'>,
  lifeSeconds: number,
): Promise<VerificationCode> {
  const code = {
    ...to,
    sub,
    code: fixedCode ?? ids.digits(6),
    expiresAt: secondsAfter(clock.now(), lifeSeconds),
  }
  await verificationCodes.issue(code)
  return code
}

/**
 * Takes a code, or says why not.
 *
 * @param rule the row of the rules table
 * @param mismatchText what the wire says of a wrong code
 * @throws UserPoolException CodeMismatch, ExpiredCode or LimitExceeded
 */
export async function takeCode(
  { verificationCodes, clock }: Pick<UserPool, 'verificationCodes' | 'clock'>,
  presented: Pick<VerificationCode, 'purpose' | 'sub' | 'code'>,
  rule: RuleId,
  trail: Trail,
  mismatchText?: string,
): Promise<VerificationCode> {
  const now = clock.now()
  const code = presented.code.trim()
  const result = await verificationCodes.present({ ...presented, code }, now, mostAttempts)
  if (result.outcome === 'accepted') {
    note(trail, rule, true)
    return result.code
  }
  throw refused(trail, rule, refusalOf(result, now, mismatchText))
}

function refusalOf(
  result: Exclude<PresentedCode, { outcome: 'accepted' }>,
  now: Instant,
  mismatchText?: string,
) {
  switch (result.outcome) {
    case 'mismatch':
      return codeMismatch('the code is not the one that was sent', mismatchText)
    case 'exhausted':
      return limitExceeded(`there were ${mostAttempts} wrong codes; a new one has to be asked for`)
    case 'expired':
      return expiredCode(`the code expired ${howLong(result.expiredAt, now)} ago`)
    case 'unknown':
      return expiredCode('no code was asked for, or it was used already')
  }
}
