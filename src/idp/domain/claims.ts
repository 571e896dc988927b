// What the tokens say, claim by claim, in the order in which Cognito's tokens say it. Nothing may depend on
// the order; people compare tokens by eye, and a mock whose tokens look like the real ones is easier to
// trust.
import { hash } from 'node:crypto'
import { acrOf, amrOf, type Proof } from './authentication.ts'
import type { Client } from './client.ts'
import { epochSeconds, type Instant, secondsAfter } from './clock.ts'
import { readIdentities } from './federation/identities.ts'
import { scopesWithOverrides, type TokenOverrides, withOverrides } from './pre-token-generation/overrides.ts'
import { inClaimOrder, visibleAttributes } from './scopes.ts'
import type { User } from './user.ts'
import type { Group, UserPool } from './user-pool.ts'

/** Who was authorised for what: all that the claims are made from. */
export interface Authorization {
  readonly client: Client
  readonly user: User
  readonly groups: readonly Group[]
  readonly scopes: readonly string[]
  readonly nonce: string | undefined
  /** The resource that the login was bound to (RFC 8707). */
  readonly resource: string | undefined
  readonly issuer: string
  readonly authTime: Instant
  /** How the user proved who they are; absent where nobody knows. */
  readonly proofs?: readonly Proof[] | undefined
  /** Whether the tokens say so. */
  readonly tellsProofs: boolean
  /** `origin_jti`: the same in every token of one login. */
  readonly family: string
  readonly eventId: string
  /** What the pre-token-generation hook changes, if the pool has one. */
  readonly overrides?: TokenOverrides | undefined
}

/** AWS: revocation adds `origin_jti` and `jti` to the tokens, and so does rotation. */
const namesItsLogin = ({ tokenRevocation, rotation }: Client): boolean =>
  tokenRevocation || rotation !== undefined

type Claims = Record<string, unknown>

/** Attributes are strings in the pool; a few of them are something else in the ID token. */
export function claimValue(name: string, value: string): unknown {
  if (booleanAttributes.has(name)) return value === 'true'
  if (name === 'identities') return identitiesClaim(value)
  // OpenID Connect Core §5.1.1: the address claim is an object.
  if (name === 'address') return { formatted: value }
  return value
}

/** The attribute is text that is JSON; in the ID token each identity has text in all of its fields, or null. */
function identitiesClaim(text: string): unknown {
  const list = readIdentities(text)
  const asText = (value: unknown) => (value === null ? null : String(value))
  return (
    list?.map((identity) =>
      Object.fromEntries(Object.entries(identity).map(([name, value]) => [name, asText(value)])),
    ) ?? text
  )
}

const booleanAttributes = new Set(['email_verified', 'phone_number_verified'])

/** A login as it begins: new ids, and the user's groups of the moment. */
export const newLogin = (
  { ids, groups, choices }: Pick<UserPool, 'ids' | 'groups' | 'choices'>,
  granted: Omit<Authorization, 'groups' | 'family' | 'eventId' | 'tellsProofs'>,
): Authorization => ({
  ...granted,
  groups: groupsOf(granted.user, groups),
  tellsProofs: tellsProofs({ choices }),
  family: ids.uuid(),
  eventId: ids.uuid(),
})

/** A machine: the client is its own subject (RFC 6749 §4.4). */
export interface MachineAuthorization {
  readonly client: Client
  readonly scopes: readonly string[]
  readonly issuer: string
  readonly overrides?: TokenOverrides | undefined
}

/**
 * The access token of a login at the hosted pages (`version: 2`); it has an `aud` only if bound to a
 * resource.
 */
export function accessTokenClaims(authorization: Authorization, issuedAt: Instant, jti: string): Claims {
  const { client, user, scopes, issuer, resource, authTime, family, eventId, overrides } = authorization
  const claims: Claims = { sub: user.sub }
  addGroups(claims, authorization)
  claims.iss = issuer
  claims.version = 2
  claims.client_id = client.id
  if (resource !== undefined) claims.aud = resource
  if (namesItsLogin(client)) claims.origin_jti = family
  claims.event_id = eventId
  claims.token_use = 'access'
  claims.scope = inClaimOrder(scopesWithOverrides(scopes, overrides)).join(' ')
  claims.auth_time = epochSeconds(authTime)
  addProofs(claims, authorization)
  claims.exp = epochSeconds(secondsAfter(issuedAt, client.accessTokenSeconds))
  claims.iat = epochSeconds(issuedAt)
  claims.jti = jti
  claims.username = user.username
  return withOverrides(claims, overrides?.accessToken)
}

/** The access token of a machine: no user, no login, no `origin_jti`. */
export function machineTokenClaims(
  { client, scopes, issuer, overrides }: MachineAuthorization,
  issuedAt: Instant,
  jti: string,
): Claims {
  const claims = {
    sub: client.id,
    token_use: 'access',
    scope: inClaimOrder(scopesWithOverrides(scopes, overrides)).join(' '),
    auth_time: epochSeconds(issuedAt),
    iss: issuer,
    exp: epochSeconds(secondsAfter(issuedAt, client.accessTokenSeconds)),
    iat: epochSeconds(issuedAt),
    version: 2,
    jti,
    client_id: client.id,
  }
  return withOverrides(claims, overrides?.accessToken)
}

/**
 * The ID token: the attributes that scopes and read permissions let out, and `at_hash` for the access token
 * beside it.
 */
export function idTokenClaims(
  authorization: Authorization,
  accessToken: string,
  issuedAt: Instant,
  jti: string,
): Claims {
  const { client, user, nonce, issuer, authTime, family, eventId, overrides } = authorization
  const attributes = visibleAttributes(user.attributes, authorization.scopes, client)
  // Where somebody comes from is said whatever the scopes and permissions are.
  const { identities } = user.attributes
  if (identities !== undefined) attributes.identities = identities
  const claims: Claims = { at_hash: accessTokenHash(accessToken), sub: user.sub }
  const { roles, preferredRole } = overrides?.groups ?? rolesOf(authorization.groups)
  const addAttribute = (name: string) => {
    const value = attributes[name]
    if (value === undefined) return
    claims[name] = claimValue(name, value)
    delete attributes[name]
  }
  addGroups(claims, authorization)
  addAttribute('email_verified')
  if (preferredRole !== undefined) claims['cognito:preferred_role'] = preferredRole
  claims.iss = issuer
  addAttribute('phone_number_verified')
  claims['cognito:username'] = user.username
  addAttribute('given_name')
  if (nonce !== undefined) claims.nonce = nonce
  if (namesItsLogin(client)) claims.origin_jti = family
  if (roles.length > 0) claims['cognito:roles'] = roles
  claims.aud = client.id
  addAttribute('identities')
  claims.event_id = eventId
  claims.token_use = 'id'
  claims.auth_time = epochSeconds(authTime)
  addProofs(claims, authorization)
  addAttribute('name')
  claims.exp = epochSeconds(secondsAfter(issuedAt, client.idTokenSeconds))
  claims.iat = epochSeconds(issuedAt)
  addAttribute('family_name')
  if (namesItsLogin(client)) claims.jti = jti
  for (const name in attributes) if (name !== 'email') addAttribute(name)
  addAttribute('email')
  return withOverrides(claims, overrides?.idToken)
}

/** Whether a pool says how people signed in. */
export const tellsProofs = ({ choices }: Pick<UserPool, 'choices'>): boolean =>
  choices['acr-amr'] === 'issued'

function addProofs(claims: Claims, { proofs, tellsProofs }: Authorization): void {
  if (proofs === undefined || !tellsProofs) return
  claims.acr = acrOf(proofs)
  claims.amr = amrOf(proofs)
}

function addGroups(claims: Claims, { groups, overrides }: Pick<Authorization, 'groups' | 'overrides'>): void {
  const names = overrides?.groups?.groups ?? groups.map((group) => group.name)
  if (names.length > 0) claims['cognito:groups'] = names
}

/** OpenID Connect Core §3.1.3.6: the left half of the SHA-256 of the access token. */
export const accessTokenHash = (accessToken: string): string =>
  hash('sha256', accessToken, 'buffer').subarray(0, 16).toString('base64url')

/**
 * The IAM roles of the groups, and the one of the group that comes first (AWS: groups, precedence). Two roles
 * of the same precedence leave the choice open.
 */
export function rolesOf(groups: readonly Group[]): { roles: string[]; preferredRole: string | undefined } {
  const withRole = groups.filter(({ roleArn }) => roleArn !== undefined)
  const roles = [...new Set(withRole.map(({ roleArn }) => roleArn as string))]
  const [first] = withRole
  const rivals = withRole.filter(({ precedence }) => precedence === first?.precedence)
  const isClear = rivals.every(({ roleArn }) => roleArn === first?.roleArn)
  return { roles, preferredRole: isClear ? first?.roleArn : undefined }
}

/** The groups of a user as the claims list them: by precedence, then as the user has them. */
export function groupsOf(user: User, groups: ReadonlyMap<string, Group>): Group[] {
  const precedence = (group: Group) => group.precedence ?? Number.POSITIVE_INFINITY
  return user.groups
    .flatMap((name) => groups.get(name) ?? [])
    .sort((one, other) => (precedence(one) === precedence(other) ? 0 : precedence(one) - precedence(other)))
}
