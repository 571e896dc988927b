// Which claims a hook may not touch: AWS's table “Claims and scopes reference” of the pre token generation trigger, row
// by row. Cognito ignores an attempt without a word.

export type TokenUse = 'id' | 'access'

/** Cannot be added, modified or suppressed, in either token; so can nothing else that begins with `cognito:`. */
const reserved: ReadonlySet<string> = new Set([
  'acr',
  'amr',
  'at_hash',
  'aud',
  'auth_time',
  'azp',
  'client_id',
  'device_key',
  'event_id',
  'exp',
  'iat',
  'identities',
  'iss',
  'jti',
  'nbf',
  'nonce',
  'origin_jti',
  'scope',
  'sub',
  'token_use',
  'username',
  'version',
])

/** Claims of the ID token that have a type of their own, so that no array or object can take their place. */
const typed: ReadonlySet<string> = new Set([
  'address',
  'email_verified',
  'phone_number_verified',
  'updated_at',
])

const groups = 'cognito:groups'

/**
 * Whether a hook may add the claim, or give it this value. Groups, roles and scopes have parameters of their own;
 * attributes of a developer (`dev:`) can only be suppressed.
 *
 * @param audience the one value that the `aud` of an access token can be given; nothing if it has one already
 */
export function mayOverride(
  name: string,
  value: unknown,
  token: TokenUse,
  audience: string | undefined,
): boolean {
  if (name === 'aud') return token === 'access' && audience !== undefined && value === audience
  if (token === 'id' && typed.has(name) && typeof value === 'object') return false
  return !reserved.has(name) && !name.startsWith('cognito:') && !name.startsWith('dev:')
}

/** Whether a hook may suppress the claim. */
export const maySuppress = (name: string): boolean =>
  name === groups || (!reserved.has(name) && !name.startsWith('cognito:'))

/** What goes with a claim: suppressed groups take the roles with them. */
export const suppressedWith = (name: string): readonly string[] =>
  name === groups ? [groups, 'cognito:roles', 'cognito:preferred_role'] : [name]
