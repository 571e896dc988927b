// RFC 6749 §3.1.1. The client needs the flow in its AllowedOAuthFlows; the refusal names it in the
// description, as observed, although AWS documents error=unauthorized_client.
import type { OAuthFlow } from '../client.ts'
import { demand, type Trail } from '../trail.ts'
import { given, type Proven, toCallback } from './request.ts'

const flowOf: Readonly<Record<string, OAuthFlow>> = { code: 'code', token: 'implicit' }

/** Response types that this version can answer; the implicit grant is not among them yet. */
const answered = new Set(['code'])

export function responseType(proven: Proven, trail: Trail): void {
  const asked = given(proven.parameters, 'response_type')
  const flow = asked === undefined ? undefined : flowOf[asked]
  demand(trail, 'authorize.response-type-given', flow !== undefined, () => {
    const reason = asked ? `response_type is ${asked}, expected code or token` : 'response_type is missing'
    return toCallback(proven, 'invalid_request', undefined, reason)
  })
  const { oauthFlows, name } = proven.client
  demand(
    trail,
    'authorize.response-type-allowed',
    oauthFlows.includes(flow) && answered.has(asked as string),
    () => {
      const reason = oauthFlows.includes(flow)
        ? 'the implicit grant (response_type=token) is not in this version of mocknito yet'
        : `response_type=${asked} needs the OAuth flow ${flow}; client ${name} has ${oauthFlows.join(', ') || 'none'}`
      return toCallback(proven, 'invalid_request', 'unauthorized_client', reason)
    },
  )
}
