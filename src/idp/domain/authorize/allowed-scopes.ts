// RFC 6749 §3.3. AWS documents that a scope which the client does not have is ignored; what is observed is
// invalid_scope, and that is what breaks real apps, so that is what happens here.
import { activeScopes, scopesThatNeedOpenid, splitScope } from '../scopes.ts'
import { demand, type Trail } from '../trail.ts'
import { given, type Proven, toCallback } from './request.ts'

export function allowedScopes(proven: Proven, trail: Trail): void {
  const asked = given(proven.parameters, 'scope')
  if (asked === undefined) return
  const { scopes, name } = proven.client
  const requested = splitScope(asked)
  const refused = requested.filter((scope) => !scopes.includes(scope))
  demand(trail, 'authorize.scope-allowed', refused.length === 0, () => {
    const reason = `scope ${refused.join(' ')} is not allowed for client ${name}; it may ask for ${scopes.join(' ')}`
    return toCallback(proven, 'invalid_request', 'invalid_scope', reason)
  })
  const lonely = requested.filter((scope) => scopesThatNeedOpenid.includes(scope))
  demand(trail, 'authorize.scope-openid', lonely.length === 0 || requested.includes('openid'), () => {
    const reason = `scope ${lonely.join(' ')} needs openid beside it`
    return toCallback(proven, 'invalid_request', 'invalid_scope', reason)
  })
}

/** The scopes that a checked request is granted: all of the client's if it names none (AWS). */
export function grantedScopes({ client, pool, parameters }: Proven): string[] {
  const asked = splitScope(given(parameters, 'scope') ?? '')
  return activeScopes(asked.length > 0 ? asked : client.scopes, pool.resourceServers)
}
