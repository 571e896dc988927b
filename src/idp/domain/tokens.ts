// The answer of the token endpoint, made from an authorization: signs, and writes the refresh token down.
import { type Authorization, accessTokenClaims, idTokenClaims } from './claims.ts'
import { epochSeconds, secondsAfter } from './clock.ts'
import { refreshTokenHash } from './refresh-tokens.ts'
import type { UserPool } from './user-pool.ts'

/** RFC 6749 §5.1, keys in Cognito's order. There is no `scope` key. */
export interface TokenResponse {
  id_token?: string
  access_token: string
  refresh_token?: string
  expires_in: number
  token_type: 'Bearer'
}

type Mint = Pick<UserPool, 'keys' | 'clock' | 'ids' | 'refreshTokens'>

/**
 * Signs the tokens that the authorization stands for.
 *
 * @param refreshable whether a new refresh token is part of the answer
 */
export async function mintTokens(
  { keys, clock, ids, refreshTokens }: Mint,
  authorization: Authorization,
  refreshable: boolean,
): Promise<TokenResponse> {
  const { id, access, refresh } = await keys
  const issuedAt = clock.now()
  const accessToken = await access.sign(accessTokenClaims(authorization, issuedAt, ids.uuid()))
  const idToken = authorization.scopes.includes('openid')
    ? await id.sign(idTokenClaims(authorization, accessToken, issuedAt, ids.uuid()))
    : undefined
  const response: TokenResponse = {
    ...(idToken !== undefined && { id_token: idToken }),
    access_token: accessToken,
    expires_in: authorization.client.accessTokenSeconds,
    token_type: 'Bearer',
  }
  if (!refreshable) return response

  const { client, user, scopes, authTime, issuer, family } = authorization
  const expiresAt = secondsAfter(issuedAt, client.refreshTokenSeconds)
  const refreshToken = refresh.seal({
    iss: issuer,
    sub: user.sub,
    client_id: client.id,
    origin_jti: family,
    jti: ids.uuid(),
    iat: epochSeconds(issuedAt),
    exp: epochSeconds(expiresAt),
  })
  await refreshTokens.issue({
    hash: refreshTokenHash(refreshToken),
    clientId: client.id,
    sub: user.sub,
    scopes,
    authTime,
    issuer,
    family,
    expiresAt,
  })
  const { expires_in, token_type, ...signed } = response
  return { ...signed, refresh_token: refreshToken, expires_in, token_type }
}
