// RFC 6749 §3.3. AWS documents that a scope which the client does not have is ignored; what is observed is
// invalid_scope, and that is what breaks real apps, so that is what happens here (unless scope-not-allowed is
// switched).
import { PageRefusal, type Refusal } from '../refusal.ts'
import { activeScopes, scopesThatNeedOpenid, splitScope } from '../scopes.ts'
import { demand, type Trail } from '../trail.ts'
import { given, type Proven, toCallback } from './request.ts'

export function allowedScopes(proven: Proven, trail: Trail): void {
  const asked = given(proven.parameters, 'scope')
  if (asked === undefined) return
  const { scopes, name } = proven.client
  const requested = splitScope(asked)
  const allowed = requested.filter((scope) => scopes.includes(scope))
  const refused = requested.filter((scope) => !scopes.includes(scope))
  const ignored = proven.pool.choices['scope-not-allowed'] === 'ignored' && allowed.length > 0
  demand(trail, 'authorize.scope-allowed', refused.length === 0 || ignored, () => {
    const reason = `scope ${refused.join(' ')} is not allowed for client ${name}; it may ask for ${scopes.join(' ')}`
    return invalidScope(proven, reason)
  })
  const lonely = allowed.filter((scope) => scopesThatNeedOpenid.includes(scope))
  demand(trail, 'authorize.scope-openid', lonely.length === 0 || allowed.includes('openid'), () => {
    const reason = `scope ${lonely.join(' ')} needs openid beside it`
    return invalidScope(proven, reason)
  })
}

function invalidScope(proven: Proven, reason: string): Refusal {
  const wording = proven.pool.choices['scope-not-allowed']
  if (wording === 'error-page')
    return new PageRefusal('invalid_scope', reason, { clientId: proven.client.id })
  if (wording === 'invalid_scope') return toCallback(proven, 'invalid_scope', undefined, reason)
  return toCallback(proven, 'invalid_request', 'invalid_scope', reason)
}

/** The scopes that a checked request is granted: all of the client's if it names none (AWS). */
export function grantedScopes({ client, pool, parameters }: Proven): string[] {
  const asked = splitScope(given(parameters, 'scope') ?? '')
  const allowed = asked.filter((scope) => client.scopes.includes(scope))
  return activeScopes(allowed.length > 0 ? allowed : client.scopes, pool.resourceServers)
}
