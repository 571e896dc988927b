// Token revocation (RFC 7009) as Cognito answers it: only refresh tokens can be revoked, whatever is no token
// of ours is fine, and a client that cannot authenticate gets 401 here, where the token endpoint says 400.
import { decodeProtectedHeader } from 'jose/decode/protected_header'
import { authenticateClient, type ClientCredentials } from './client-authentication.ts'
import { secondsAfter } from './clock.ts'
import { refreshTokenHash } from './refresh-tokens.ts'
import {
  invalidClient,
  invalidRequest,
  OAuthError,
  unauthorizedClient,
  unsupportedTokenType,
} from './refusal.ts'
import { type Form, singleParameters } from './token-request.ts'
import { demand, refused, type Trail } from './trail.ts'
import type { KnownClient, World } from './user-pool.ts'

/** No access token outlives this (AWS: AccessTokenValidity is at most a day). */
const longestAccessTokenSeconds = 24 * 3600

/**
 * Revokes a refresh token, and with it every token of the same login.
 *
 * @throws OAuthError invalid_request, invalid_client (401), unsupported_token_type, unauthorized_client
 */
export async function revoke(
  form: Form,
  authorization: string | undefined,
  world: World,
  trail: Trail,
): Promise<void> {
  const { token, client_id, client_secret } = singleParameters(form, trail)
  const credentials = { authorization, clientId: client_id, clientSecret: client_secret }
  const { pool, client } = authenticate(credentials, world, trail)
  demand(trail, 'revoke.token-given', !!token, () => invalidRequest('token is missing'))
  demand(trail, 'revoke.enabled', client.tokenRevocation, () =>
    invalidRequest(`client ${client.name} has EnableTokenRevocation off`),
  )
  demand(trail, 'revoke.refresh-token', !isSignedToken(token as string), () =>
    unsupportedTokenType(
      'the token is a signed JWT, an ID or access token; only refresh tokens can be revoked',
    ),
  )
  const found = await pool.refreshTokens.find(refreshTokenHash(token as string))
  if (found === undefined) return
  if (found.clientId !== client.id && pool.choices['revoke-of-another-client'] === 'ignored') return
  demand(trail, 'revoke.client', found.clientId === client.id, () =>
    unauthorizedClient(
      `the refresh token was issued to client ${found.clientId}, and ${client.id} presents it`,
    ),
  )
  const user = await pool.users.bySub(found.sub)
  if (user !== undefined) trail.username = user.username
  const until = secondsAfter(pool.clock.now(), longestAccessTokenSeconds)
  await pool.refreshTokens.revokeFamily(found.family, until)
}

function authenticate(credentials: ClientCredentials, world: World, trail: Trail): KnownClient {
  try {
    if (credentials.clientSecret && world.choices['revoke-secret-in-body'] === 'refused')
      throw refused(
        trail,
        'client.secret',
        invalidClient('the secret came in the body, and the switch revoke-secret-in-body refuses that'),
      )
    return authenticateClient(credentials, world, trail)
  } catch (error) {
    // AWS documents 401 here, and {"error":"invalid_client"} alone.
    if (error instanceof OAuthError && error.code === 'invalid_client') throw error.unauthorized()
    throw error
  }
}

function isSignedToken(token: string): boolean {
  try {
    return decodeProtectedHeader(token).alg === 'RS256'
  } catch {
    return false
  }
}
