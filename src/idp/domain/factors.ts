// The second factors that a user has: what of the pool's own can be asked for, and which one is.
import type { ContactAttribute } from './delivery.ts'
import type { Factor, User } from './user.ts'
import type { UserPool } from './user-pool.ts'

export const attributeOf = { sms: 'phone_number', email: 'email' } as const satisfies Record<
  Exclude<Factor, 'software-token'>,
  ContactAttribute
>

/**
 * The factors with which a user can be asked. Where MFA is ON, a verified address is one without being switched on
 * (GUESS).
 */
export function factorsOf({ mfa }: Pick<UserPool, 'mfa'>, user: User): Factor[] {
  const has: Readonly<Record<Factor, boolean>> = {
    'software-token': user.softwareTokenSecret !== undefined,
    sms: canBeSent(mfa, user, 'sms'),
    email: canBeSent(mfa, user, 'email'),
  }
  return mfa.factors.filter((factor) => has[factor])
}

function canBeSent({ mode }: UserPool['mfa'], user: User, factor: 'sms' | 'email'): boolean {
  const attribute = attributeOf[factor]
  if (!user.attributes[attribute]) return false
  if (user.factors?.includes(factor)) return true
  return mode === 'ON' && user.attributes[`${attribute}_verified`] === 'true'
}

/** The factor that is asked for if nobody chooses. */
export const preferredOf = (
  { preferredFactor }: Pick<User, 'preferredFactor'>,
  factors: readonly Factor[],
): Factor => factors.find((factor) => factor === preferredFactor) ?? (factors[0] as Factor)
