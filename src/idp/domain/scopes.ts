// Scopes, and the attributes they let out: one table for the ID token and for userInfo (AWS: scopes, M2M and
// resource servers).
import { type Client, canRead } from './client.ts'
import type { ResourceServer } from './user-pool.ts'

/** What `profile` stands for (OpenID Connect Core §5.4); custom attributes come with it. */
const profileAttributes = [
  'name',
  'family_name',
  'given_name',
  'middle_name',
  'nickname',
  'preferred_username',
  'profile',
  'picture',
  'website',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
  'updated_at',
] as const

/** The attributes behind each of the standard scopes that narrow what an app sees. */
const attributesOfScope: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['email', ['email', 'email_verified']],
  ['phone', ['phone_number', 'phone_number_verified']],
  ['profile', profileAttributes],
])

/** Scopes that mean nothing without `openid`. */
export const scopesThatNeedOpenid = [...attributesOfScope.keys()]

/** What every pool has; whatever else there is was added to it (AWS: standard attributes). */
export const standardAttributes = [...[...attributesOfScope.values()].flat(), 'address']

const isCustom = (attribute: string): boolean =>
  attribute.startsWith('custom:') || attribute.startsWith('dev:')

/** Cognito's own scope: the user-pool API with the user's access token. */
const adminScope = 'aws.cognito.signin.user.admin'

/** The order of the `scope` claim, which is never that of the request: a client must not depend on it. */
const claimOrder = [adminScope, 'phone', 'openid', 'profile', 'email']

/** The scopes in the order in which Cognito lists them; custom ones stand before `email`. */
export function inClaimOrder(scopes: readonly string[]): string[] {
  const place = (scope: string) => (claimOrder.includes(scope) ? claimOrder.indexOf(scope) : 3.5)
  return [...new Set(scopes)].sort((one, other) => place(one) - place(other))
}

export const isCustomScope = (scope: string): boolean => scope.includes('/')

/** The scopes less the custom ones whose resource server is gone: those are inactive, not an error (AWS). */
export const activeScopes = (
  scopes: readonly string[],
  resourceServers: readonly ResourceServer[],
): string[] =>
  scopes.filter(
    (scope) =>
      !isCustomScope(scope) ||
      resourceServers.some(({ identifier, scopes: names }) =>
        names.some((name) => `${identifier}/${name}` === scope),
      ),
  )

/** Splits a `scope` parameter at its blanks; an empty one names nothing. */
export const splitScope = (scope: string): string[] => scope.split(' ').filter((name) => name !== '')

/**
 * Whether the scopes let the attribute out. `openid` alone lets all of them out; any of the three narrows it.
 */
function admits(scopes: readonly string[], attribute: string): boolean {
  const narrowing = scopes.filter((scope) => attributesOfScope.has(scope))
  if (narrowing.length === 0) return true
  return narrowing.some(
    (scope) =>
      attributesOfScope.get(scope)?.includes(attribute) || (scope === 'profile' && isCustom(attribute)),
  )
}

/** Whether the scopes let out an e-mail address or a phone number and nothing else about the person. */
export const isNarrow = (scopes: readonly string[]): boolean =>
  !scopes.includes('profile') && (scopes.includes('email') || scopes.includes('phone'))

/**
 * The user's attributes that both the scopes and the client's read permissions let out, in the user's order.
 */
export function visibleAttributes(
  attributes: Readonly<Record<string, string>>,
  scopes: readonly string[],
  client: Pick<Client, 'readAttributes' | 'profileShowsAll'>,
): Record<string, string> {
  const visible: Record<string, string> = {}
  const showsAll = client.profileShowsAll === true && scopes.includes('profile')
  for (const name in attributes)
    if ((showsAll || admits(scopes, name)) && canRead(client, name))
      visible[name] = attributes[name] as string
  return visible
}

/** The attributes that the scopes imply and the client may not read: a reason to refuse the exchange. */
export const unreadableAttributes = (
  scopes: readonly string[],
  client: Pick<Client, 'readAttributes'>,
): string[] =>
  scopes.flatMap((scope) => attributesOfScope.get(scope) ?? []).filter((name) => !canRead(client, name))
