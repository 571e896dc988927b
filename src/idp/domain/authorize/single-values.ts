// RFC 6749 §3.1: a parameter must not be there twice.
import { demand, type Trail } from '../trail.ts'
import { type Proven, toCallback } from './request.ts'

const known = [
  'response_type',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'resource',
  'prompt',
  'max_age',
  'identity_provider',
  'idp_identifier',
  'login_hint',
  'lang',
]

export function singleValues(proven: Proven, trail: Trail): void {
  const repeated = known.filter((name) => proven.parameters.getAll(name).length > 1)
  demand(trail, 'authorize.single-values', repeated.length === 0, () =>
    toCallback(proven, 'invalid_request', undefined, `${repeated.join(', ')} is there more than once`),
  )
}
