// Whom a stand-in can let in: the people of the pool that its provider knows, with what it says of them, which is the
// attribute mapping read backwards.
import type { User } from '../user.ts'
import type { UserPool } from '../user-pool.ts'
import { subjectAt } from './identities.ts'
import { type Claims, type IdentityProvider, subjectClaim } from './identity-provider.ts'

export interface Person {
  readonly subject: string
  readonly user: User
}

/** Everybody whom the provider knows, in the order of the pool. */
export const peopleAt = async (
  { users }: Pick<UserPool, 'users'>,
  provider: IdentityProvider,
): Promise<Person[]> =>
  (await users.list()).flatMap((user) => {
    const subject = subjectAt(provider, user)
    return subject === undefined ? [] : [{ subject, user }]
  })

/** What the provider says of somebody. */
export function claimsOf(provider: IdentityProvider, { subject, user }: Person): Claims {
  const said = Object.entries(provider.mapping).flatMap(([attribute, claim]) => {
    const value = user.attributes[attribute]
    return attribute === 'username' || value === undefined ? [] : [[claim, value] as const]
  })
  return { ...Object.fromEntries(said), [subjectClaim(provider)]: subject }
}

/** The claims that a login at the provider can change something with, the subject first. */
export const claimNames = (provider: IdentityProvider): string[] => {
  const mapped = Object.entries(provider.mapping).filter(([attribute]) => attribute !== 'username')
  return [...new Set([subjectClaim(provider), ...mapped.map(([, claim]) => claim)])]
}
