// The order of checks at the token endpoint: form, grant type, client, secret, permission, parameters, and
// only then the grant itself. That client authentication comes before the grant is observed; the rest of the
// order follows from it.
import type { Client } from './client.ts'
import { authenticateClient } from './client-authentication.ts'
import type { Grant, TokenParameters } from './grants/grant.ts'
import { grants } from './grants/index.ts'
import { invalidRequest, unauthorizedClient, unsupportedGrantType } from './refusal.ts'
import { mintMachineToken, mintTokens, type TokenResponse } from './tokens.ts'
import { demand, type Trail } from './trail.ts'
import type { UserPool, World } from './user-pool.ts'

/** A form as it was posted: a repeated parameter is a list. */
export type Form = Readonly<Record<string, string | readonly string[] | undefined>>

/** The fields of a form that was posted, read as queries are: by the parser of the URL standard. */
export const parseForm = (text: string): Form => mergedForm(new URLSearchParams(text), {})

/** One form out of a query and a body; what is in both is repeated. */
export function mergedForm(query: URLSearchParams, body: Form): Form {
  const merged = new Map(Object.entries(body))
  for (const [name, value] of query) {
    const before = merged.get(name)
    merged.set(name, before === undefined ? value : [before, value].flat())
  }
  return Object.fromEntries(merged)
}

/**
 * Answers a token request.
 *
 * @param issuerOf what the server is called in this request
 * @throws OAuthError in the order of the checks
 */
export async function answerTokenRequest(
  form: Form,
  authorization: string | undefined,
  world: World,
  issuerOf: (pool: UserPool) => string,
  trail: Trail,
): Promise<TokenResponse> {
  const parameters = singleParameters(form, trail)
  const grant = knownGrant(parameters.grant_type, trail)
  const credentials = {
    authorization,
    clientId: parameters.client_id,
    clientSecret: parameters.client_secret,
  }
  const known = authenticateClient(credentials, world, trail)
  grant.admit?.(known.client, trail)
  demandFlow(grant, known.client, trail)
  const missing = grant.parameters.filter((name) => !parameters[name])
  demand(trail, 'token.parameters', missing.length === 0, () =>
    invalidRequest(`grant_type=${grant.type} needs ${missing.join(' and ')}`),
  )
  const issuer = issuerOf(known.pool)
  const redeemed = await grant.redeem({ ...known, parameters, issuer }, trail)
  if ('machine' in redeemed) return mintMachineToken(known.pool, redeemed.machine)
  return mintTokens(known.pool, redeemed.login, redeemed.refreshUntil)
}

function demandFlow(grant: Grant, { oauthFlows, name }: Client, trail: Trail): void {
  const isAllowed = grant.flows.some((flow) => oauthFlows.includes(flow))
  demand(trail, 'client.grant-allowed', isAllowed, () => {
    const needed = grant.flows.join(' or ')
    const had = oauthFlows.join(', ') || 'none'
    return unauthorizedClient(
      `grant_type=${grant.type} needs the OAuth flow ${needed}; client ${name} has ${had}`,
    )
  })
}

/** The parameters of a form in which none is repeated. */
export function singleParameters(form: Form, trail: Trail): TokenParameters {
  const repeated = Object.keys(form).filter((name) => Array.isArray(form[name]))
  demand(trail, 'token.single-values', repeated.length === 0, () =>
    invalidRequest(`${repeated.join(', ')} is there more than once`),
  )
  return form as TokenParameters
}

function knownGrant(grantType: string | undefined, trail: Trail): Grant {
  demand(trail, 'token.grant-type-given', !!grantType, () =>
    invalidRequest('the body has no grant_type (is it a form, application/x-www-form-urlencoded?)'),
  )
  const grant = grants.get(grantType as string)
  demand(trail, 'token.grant-type-known', grant !== undefined, () =>
    unsupportedGrantType(`grant_type is ${grantType}, expected ${[...grants.keys()].join(' or ')}`),
  )
  return grant
}
