// What an authorize request turns into, step by step: parameters, then a proven client and redirect URI, then
// a request that can be granted. From `Proven` on, refusals go to the app.
import type { Client } from '../client.ts'
import { withFragment, withQuery } from '../redirect-uri.ts'
import { CallbackRefusal } from '../refusal.ts'
import type { KnownClient } from '../user-pool.ts'

/** RFC 6749 §3.1.1: a code, or the tokens themselves (the implicit grant). */
export type ResponseType = 'code' | 'token'

/** The part that travels with the code to the token endpoint. */
export interface OpenIdRequest {
  readonly scopes: readonly string[]
  readonly nonce: string | undefined
  /** RFC 8707: what the access token is meant for. */
  readonly resource: string | undefined
  /** S256 of the code_verifier. */
  readonly codeChallenge: string | undefined
}

export interface Proven extends KnownClient {
  readonly redirectUri: string
  readonly parameters: URLSearchParams
}

export interface AuthorizationRequest extends OpenIdRequest, Proven {
  readonly client: Client
  readonly responseType: ResponseType
  readonly state: string | undefined
}

/** The value of a parameter; one that is sent empty counts as not sent. */
export const given = (parameters: URLSearchParams, name: string): string | undefined =>
  parameters.get(name) || undefined

/**
 * A refusal that the app gets to see, as Cognito words it: `error_description`, `state`, `error`, in this
 * order unless that is switched; in the query, or in the fragment for the implicit grant.
 */
export function toCallback(
  { redirectUri, parameters, pool }: Pick<Proven, 'redirectUri' | 'parameters' | 'pool'>,
  error: string,
  description: string | undefined,
  reason: string,
): CallbackRefusal {
  const state = parameters.get('state')
  const told: [string, string][] = []
  const errorFirst = pool.choices['redirected-error-order'] === 'error-first'
  if (errorFirst) told.push(['error', error])
  if (description !== undefined) told.push(['error_description', description])
  if (state !== null) told.push(['state', state])
  if (!errorFirst) told.push(['error', error])
  const place = parameters.get('response_type') === 'token' ? withFragment : withQuery
  return new CallbackRefusal(place(redirectUri, told), error, description, reason)
}
