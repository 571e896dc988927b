// The checks of /oauth2/authorize, in order. /login makes the same ones, on the page and again on the post of
// the form: a client or redirect URI that was proven one request ago is not proven now.
import type { Trail } from '../trail.ts'
import type { World } from '../user-pool.ts'
import { allowedScopes, grantedScopes } from './allowed-scopes.ts'
import { exactRedirectUri } from './exact-redirect-uri.ts'
import { identityProvider } from './identity-provider.ts'
import { knownClient } from './known-client.ts'
import { pkceMethod } from './pkce-method.ts'
import { type AuthorizationRequest, given, type Proven, type ResponseType } from './request.ts'
import { resource } from './resource.ts'
import { responseType } from './response-type.ts'
import { singleValues } from './single-values.ts'

/** Checks on a proven client and redirect URI; what they refuse is told to the app. */
export const checks: readonly ((proven: Proven, trail: Trail) => void)[] = [
  singleValues,
  responseType,
  allowedScopes,
  pkceMethod,
  resource,
  identityProvider,
]

/**
 * Judges an authorize request.
 *
 * @throws PageRefusal while client and redirect URI are not proven: the browser must stay here
 * @throws CallbackRefusal afterwards: the app is told at its redirect URI
 */
export function authorizationRequest(
  parameters: URLSearchParams,
  world: World,
  trail: Trail,
): AuthorizationRequest {
  const { pool, client } = knownClient(parameters, world, trail)
  const redirectUri = exactRedirectUri(parameters, client, trail)
  const proven: Proven = { pool, client, redirectUri, parameters }
  for (const check of checks) check(proven, trail)

  return {
    pool,
    client,
    redirectUri,
    parameters,
    responseType: given(parameters, 'response_type') as ResponseType,
    scopes: grantedScopes(proven),
    state: parameters.get('state') ?? undefined,
    nonce: given(parameters, 'nonce'),
    resource: given(parameters, 'resource'),
    codeChallenge: given(parameters, 'code_challenge'),
  }
}
