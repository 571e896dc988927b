// RFC 7636 §4.3; Cognito accepts S256 only, and looks neither at the length nor at the letters of the
// challenge.
import { demand, type Trail } from '../trail.ts'
import { given, type Proven, toCallback } from './request.ts'

export function pkceMethod(proven: Proven, trail: Trail): void {
  const challenge = given(proven.parameters, 'code_challenge')
  const method = given(proven.parameters, 'code_challenge_method')
  if (challenge === undefined && method === undefined) return
  demand(trail, 'authorize.pkce-method', challenge !== undefined && method === 'S256', () => {
    const reason =
      challenge === undefined
        ? 'code_challenge_method is there, but no code_challenge'
        : `code_challenge_method is ${method ?? 'missing'}, expected S256`
    return toCallback(proven, 'invalid_request', undefined, reason)
  })
}
