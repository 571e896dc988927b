// What the tokens say, claim by claim, in the order in which Cognito's tokens say it. Nothing may depend on
// the order; people compare tokens by eye, and a mock whose tokens look like the real ones is easier to
// trust.
import { hash } from 'node:crypto'
import type { Client } from './client.ts'
import { epochSeconds, type Instant, secondsAfter } from './clock.ts'
import { inClaimOrder, visibleAttributes } from './scopes.ts'
import type { User } from './user.ts'
import type { Group } from './user-pool.ts'

/** Who was authorised for what: all that the claims are made from. */
export interface Authorization {
  readonly client: Client
  readonly user: User
  readonly groups: readonly Group[]
  readonly scopes: readonly string[]
  readonly nonce?: string
  readonly issuer: string
  readonly authTime: Instant
  /** `origin_jti`: the same in every token of one login. */
  readonly family: string
  readonly eventId: string
}

type Claims = Record<string, unknown>

const booleanAttributes = new Set(['email_verified', 'phone_number_verified'])

/** The access token of a login at the hosted pages (`version: 2`); it has no `aud`. */
export function accessTokenClaims(authorization: Authorization, issuedAt: Instant, jti: string): Claims {
  const { client, user, scopes, issuer, authTime, family, eventId } = authorization
  const claims: Claims = { sub: user.sub }
  addGroups(claims, authorization)
  claims.iss = issuer
  claims.version = 2
  claims.client_id = client.id
  if (client.tokenRevocation) claims.origin_jti = family
  claims.event_id = eventId
  claims.token_use = 'access'
  claims.scope = inClaimOrder(scopes).join(' ')
  claims.auth_time = epochSeconds(authTime)
  claims.exp = epochSeconds(secondsAfter(issuedAt, client.accessTokenSeconds))
  claims.iat = epochSeconds(issuedAt)
  claims.jti = jti
  claims.username = user.username
  return claims
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
  const { client, user, nonce, issuer, authTime, family, eventId } = authorization
  const attributes = visibleAttributes(user.attributes, authorization.scopes, client)
  const claims: Claims = { at_hash: accessTokenHash(accessToken), sub: user.sub }
  const addAttribute = (name: string) => {
    const value = attributes[name]
    if (value === undefined) return
    claims[name] = booleanAttributes.has(name) ? value === 'true' : value
    delete attributes[name]
  }
  addGroups(claims, authorization)
  addAttribute('email_verified')
  claims.iss = issuer
  addAttribute('phone_number_verified')
  claims['cognito:username'] = user.username
  addAttribute('given_name')
  if (nonce !== undefined) claims.nonce = nonce
  if (client.tokenRevocation) claims.origin_jti = family
  claims.aud = client.id
  claims.event_id = eventId
  claims.token_use = 'id'
  claims.auth_time = epochSeconds(authTime)
  addAttribute('name')
  claims.exp = epochSeconds(secondsAfter(issuedAt, client.idTokenSeconds))
  claims.iat = epochSeconds(issuedAt)
  addAttribute('family_name')
  if (client.tokenRevocation) claims.jti = jti
  for (const name in attributes) if (name !== 'email') addAttribute(name)
  addAttribute('email')
  return claims
}

function addGroups(claims: Claims, { groups }: Pick<Authorization, 'groups'>): void {
  if (groups.length > 0) claims['cognito:groups'] = groups.map((group) => group.name)
}

/** OpenID Connect Core §3.1.3.6: the left half of the SHA-256 of the access token. */
const accessTokenHash = (accessToken: string): string =>
  hash('sha256', accessToken, 'buffer').subarray(0, 16).toString('base64url')

/** The groups of a user as the claims list them: by precedence, then as the user has them. */
export function groupsOf(user: User, groups: ReadonlyMap<string, Group>): Group[] {
  const precedence = (group: Group) => group.precedence ?? Number.POSITIVE_INFINITY
  return user.groups
    .flatMap((name) => groups.get(name) ?? [])
    .sort((one, other) => (precedence(one) === precedence(other) ? 0 : precedence(one) - precedence(other)))
}
