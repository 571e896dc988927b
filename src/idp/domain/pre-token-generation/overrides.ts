// What a pre-token-generation hook changes in tokens, once its answer has been read and stripped of what nobody may
// change. Plain data: the changes of a login travel with its code to the token endpoint.

export interface ClaimOverrides {
  readonly claimsToAddOrOverride: Readonly<Record<string, unknown>>
  readonly claimsToSuppress: readonly string[]
}

export interface GroupOverrides {
  readonly groups: readonly string[]
  readonly roles: readonly string[]
  readonly preferredRole: string | undefined
}

export interface TokenOverrides {
  readonly idToken: ClaimOverrides
  readonly accessToken: ClaimOverrides
  /** Of the access token. */
  readonly scopesToAdd: readonly string[]
  readonly scopesToSuppress: readonly string[]
  /** For both tokens; `undefined` leaves the user's own groups and roles. */
  readonly groups: GroupOverrides | undefined
}

/** The claims as the hook wants them, old ones in their place, new ones at the end; suppression beats override (AWS). */
export function withOverrides(
  claims: Record<string, unknown>,
  overrides: ClaimOverrides | undefined,
): Record<string, unknown> {
  if (overrides === undefined) return claims
  const changed = new Map(Object.entries(claims))
  for (const [name, value] of Object.entries(overrides.claimsToAddOrOverride)) changed.set(name, value)
  for (const name of overrides.claimsToSuppress) changed.delete(name)
  return Object.fromEntries(changed)
}

/** The scopes of the access token as the hook wants them. That suppression wins here too is a GUESS. */
export const scopesWithOverrides = (
  scopes: readonly string[],
  overrides: TokenOverrides | undefined,
): readonly string[] =>
  overrides === undefined
    ? scopes
    : [...scopes, ...overrides.scopesToAdd].filter((scope) => !overrides.scopesToSuppress.includes(scope))
