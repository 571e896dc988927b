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

/** Where claims come from, and what each said when it was asked last. */
export type Sources = { readonly [Source in 'idToken' | 'userInfo']: readonly string[] }

/** Somebody, and who said what of them. */
export interface Known {
  readonly user: User
  readonly sources: Sources
}

/** What a source says of somebody. */
export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string }

const nobodyYet: Sources = { idToken: [], userInfo: [] }

/**
 * What is known of somebody when a source has spoken. All that it said before counts no more, so that a group or an
 * address is gone which it does not name now; what only the other has said stays. An ID token that names nothing at all
 * says nothing of the person either: that of a refresh need not (OpenID Connect Core §12.2).
 *
 * @example
 * const known = learn(undefined, 'idToken', { sub: '1', 'cognito:username': 'alice', 'cognito:groups': ['admins'] })
 * learn(known, 'idToken', { sub: '1', 'cognito:username': 'alice' }).user // { sub: '1', username: 'alice' }
 */
export function learn(before: Known | undefined, source: keyof Sources, claims: Claims): Known {
  const { 'cognito:username': username, ...said } = claims
  const fresh = visibleOf({ ...(username !== undefined && { username }), ...said })
  const names = Object.keys(fresh)
  const isSilent = names.length === 1 // sub
  if (before !== undefined && source === 'idToken' && isSilent) return before

  const { user = {}, sources = nobodyYet } = before ?? {}
  const other = source === 'idToken' ? 'userInfo' : 'idToken'
  const stays = Object.entries(user).filter(
    ([name]) => sources[other].includes(name) && !sources[source].includes(name),
  )
  return {
    user: userFrom({ ...Object.fromEntries(stays), ...fresh, sub: said.sub }),
    sources: { ...sources, [source]: names },
  }
}

const visibleOf = (claims: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    visibleClaims.flatMap((name) => (claims[name] === undefined ? [] : [[name, claims[name]]])),
  )

/** Other issuers have no `username`, so the best name there is takes its place. */
function userFrom(claims: Claims): User {
  const names = [claims.username, claims.preferred_username, claims.email, claims.sub]
  return {
    ...claims,
    // Cognito's userInfo says "true" where its ID token says true.
    ...('email_verified' in claims && { email_verified: String(claims.email_verified) === 'true' }),
    username: String(names.find((name) => name)),
  }
}
