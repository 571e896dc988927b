// The person as the browser may know them: an allow list of claims, so that whatever else a pool
// puts into its tokens (and one day adds) stays on the server.

/** A claim that is not in this list never reaches the browser. */
export const visibleClaims = [
  'sub',
  'username',
  'email',
  'email_verified',
  'name',
  'given_name',
  'family_name',
  'nickname',
  'preferred_username',
  'picture',
  'locale',
  'zoneinfo',
  'cognito:groups',
] as const

export type User = { readonly sub: string; readonly username: string } & {
  readonly [Claim in (typeof visibleClaims)[number]]?: unknown
}

type Claims = Readonly<Record<string, unknown>> & { readonly sub: string }

/**
 * The visible part of what is known of somebody; where the two differ, the second is fresher (userInfo after the ID
 * token of a login, the ID token of a refresh after what was known).
 * Other issuers have no `username`, so the best name there is takes its place.
 *
 * @example
 * userFrom({ sub: '1', 'cognito:username': 'alice', at_hash: 'x' }, { sub: '1', email_verified: 'true' })
 * // { sub: '1', username: 'alice', email_verified: true }
 */
export function userFrom(idToken: Claims, fresher: Readonly<Record<string, unknown>>): User {
  const claims: Claims = { ...idToken, ...fresher, sub: idToken.sub }
  const names = [
    claims.username,
    claims['cognito:username'],
    claims.preferred_username,
    claims.email,
    claims.sub,
  ]
  const visible = visibleClaims.filter((name) => claims[name] !== undefined)
  return {
    ...Object.fromEntries(visible.map((name) => [name, claims[name]])),
    // Cognito's userInfo says "true" where its ID token says true.
    ...('email_verified' in claims && { email_verified: String(claims.email_verified) === 'true' }),
    sub: claims.sub,
    username: String(names.find((name) => name)),
  }
}
