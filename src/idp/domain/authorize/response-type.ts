// RFC 6749 §3.1.1. The client needs the flow in its AllowedOAuthFlows; the refusal names it in the
// description, as observed, although AWS documents error=unauthorized_client.
import type { OAuthFlow } from '../client.ts'
import { demand, type Trail } from '../trail.ts'
import { given, type Proven, type ResponseType, toCallback } from './request.ts'

const flowOf = { code: 'code', token: 'implicit' } as const satisfies Record<ResponseType, OAuthFlow>

const isResponseType = (asked: string | undefined): asked is ResponseType =>
  asked !== undefined && Object.hasOwn(flowOf, asked)

export function responseType(proven: Proven, trail: Trail): void {
  const asked = given(proven.parameters, 'response_type')
  demand(trail, 'authorize.response-type-given', isResponseType(asked), () => {
    const reason = asked ? `response_type is ${asked}, expected code or token` : 'response_type is missing'
    return toCallback(proven, 'invalid_request', undefined, reason)
  })
  const { oauthFlows, name } = proven.client
  const flow = flowOf[asked as ResponseType]
  demand(trail, 'authorize.response-type-allowed', oauthFlows.includes(flow), () => {
    const had = oauthFlows.join(', ') || 'none'
    const reason = `response_type=${asked} needs the OAuth flow ${flow}; client ${name} has ${had}`
    return proven.pool.choices['flow-not-allowed'] === 'invalid_request'
      ? toCallback(proven, 'invalid_request', 'unauthorized_client', reason)
      : toCallback(proven, 'unauthorized_client', undefined, reason)
  })
}
