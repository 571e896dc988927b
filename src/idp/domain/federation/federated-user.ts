// The user of a pool that a person at an identity provider is: made at the first login, found at every later one, and
// each time given what the provider says (AWS: user profiles and attribute mapping). Local users that an identity was
// linked to are found by it too.
import { type Attributes, requiredAttributes, valuesProblem } from '../attributes.ts'
import { type AuthorizationRequest, toCallback } from '../authorize/request.ts'
import { demand, note, type Trail } from '../trail.ts'
import { derivedSub, type User } from '../user.ts'
import type { UserPool } from '../user-pool.ts'
import { identitiesText, subjectAt } from './identities.ts'
import {
  type Claims,
  federatedUsername,
  groupOf,
  type IdentityProvider,
  subjectClaim,
} from './identity-provider.ts'

/** AWS: the bound of a username. */
const longestUsername = 128

/**
 * The user that the claims are about.
 *
 * @throws CallbackRefusal
 */
export async function federatedUser(
  asked: AuthorizationRequest,
  provider: IdentityProvider,
  claims: Claims,
  trail: Trail,
): Promise<User> {
  const { pool } = asked
  const refuse = (text: string, reason = text) => toCallback(asked, 'invalid_request', text, reason)
  const subject = (claims[subjectClaim(provider)] ?? '').trim()
  const username = federatedUsername(provider, subject, pool.signInOptions)
  demand(trail, 'federation.subject', subject !== '' && username.length <= longestUsername, () =>
    refuse(
      `Invalid ProviderName/Username combination. Please check again`,
      `the ${subjectClaim(provider)} of ${provider.name} is ${subject === '' ? 'missing' : 'too long for a username'}`,
    ),
  )
  const known = await userOf(pool, provider, subject, username)
  const owner = known ?? (await pool.users.find(username))
  demand(trail, 'federation.name-free', known !== undefined || owner === undefined, () =>
    refuse(
      `Already found an entry for username ${username}`,
      `${username} is the name of a user whom ${provider.name} does not know`,
    ),
  )
  trail.username = username
  demand(trail, 'federation.user-enabled', known?.enabled !== false, () =>
    refuse('User is disabled.', `${username} is disabled`),
  )
  const mapped = mappedAttributes(provider, claims)
  const problem = mappingProblem(pool, known, mapped)
  demand(trail, 'federation.attributes', problem === undefined, () =>
    refuse(problem as string, `${provider.name} sent ${username}: ${problem?.trim()}`),
  )
  const user = known ?? newUser(pool, username)
  const welcome: User = {
    ...user,
    attributes: {
      identities: identitiesText(provider, subject, pool.clock.now()),
      ...user.attributes,
      ...mapped,
    },
    groups: joined(pool.id, provider, user),
  }
  await pool.users.put(welcome)
  trail.username = welcome.username
  note(trail, 'federation.answer', true)
  return welcome
}

/** By name if the provider made the user, by identity if somebody linked them. */
async function userOf(
  { users }: Pick<UserPool, 'users'>,
  provider: IdentityProvider,
  subject: string,
  username: string,
): Promise<User | undefined> {
  const isThem = (user: User) => subjectAt(provider, user) === subject
  const named = await users.find(username)
  if (named !== undefined && isThem(named)) return named
  return (await users.list()).find(isThem)
}

/**
 * What the mapping makes of the claims; a claim that does not come changes nothing. An address that nobody vouches for
 * is not verified, whatever it was before.
 */
function mappedAttributes({ mapping }: IdentityProvider, claims: Claims): Attributes {
  const mapped: Record<string, string> = {}
  for (const [attribute, claim] of Object.entries(mapping)) {
    const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
    if (attribute !== 'username' && value !== undefined && value !== '') mapped[attribute] = value
  }
  for (const contact of ['email', 'phone_number'])
    if (mapped[contact] !== undefined) mapped[`${contact}_verified`] ??= 'false'
  return mapped
}

/** What Cognito says of attributes that the user cannot be given; nothing if they are fine. */
function mappingProblem(pool: UserPool, known: User | undefined, mapped: Attributes): string | undefined {
  const missing = requiredAttributes(pool)
    .map(({ name }) => name)
    .filter((name) => !(mapped[name] ?? known?.attributes[name]))
  if (missing.length > 0) return `attributes required: [${missing.join(', ')}]`
  const fixed = pool.schema.filter(({ name, mutable }) => mutable === false && mapped[name] !== undefined)
  // Observed: also if the provider says what it said before.
  if (known !== undefined && fixed.length > 0)
    return `Invalid user attributes: ${fixed.map(({ name }) => `${name}: Attribute cannot be updated.\n`).join('')} `
  return valuesProblem(pool, mapped)?.text
}

const newUser = ({ id }: Pick<UserPool, 'id'>, username: string): User => ({
  sub: derivedSub(id, username),
  username,
  status: 'EXTERNAL_PROVIDER',
  enabled: true,
  attributes: {},
  groups: [],
})

/** A local user that an identity was linked to stays in the groups that he is in. */
function joined(poolId: string, provider: IdentityProvider, user: User): readonly string[] {
  const group = groupOf(poolId, provider)
  const isIn = user.status !== 'EXTERNAL_PROVIDER' || user.groups.includes(group)
  return isIn ? user.groups : [...user.groups, group]
}

/** DOC: Cognito adds a nonce of its own to federated logins whose app sent none. */
export const withFederatedNonce = (asked: AuthorizationRequest): AuthorizationRequest =>
  asked.nonce === undefined && asked.pool.choices['federated-nonce'] === 'added'
    ? { ...asked, nonce: asked.pool.ids.opaque() }
    : asked
