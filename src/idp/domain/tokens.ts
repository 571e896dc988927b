// The answer of the token endpoint, made from an authorization: signs, and writes the refresh token down.
import {
  type Authorization,
  accessTokenClaims,
  idTokenClaims,
  type MachineAuthorization,
  machineTokenClaims,
} from './claims.ts'
import { epochSeconds, type Instant } from './clock.ts'
import { refreshTokenHash } from './refresh-tokens.ts'
import type { UserPool } from './user-pool.ts'

/** RFC 6749 §5.1, keys in Cognito's order. There is no `scope` key. */
export interface TokenResponse {
  id_token?: string | undefined
  access_token: string
  refresh_token?: string | undefined
  expires_in: number
  token_type: 'Bearer'
}

type Mint = Pick<UserPool, 'keys' | 'clock' | 'ids' | 'refreshTokens'>

/**
 * Signs the tokens that a login stands for.
 *
 * @param refreshUntil when the refresh token that is part of the answer expires; absent: there is none
 */
export async function mintTokens(
  pool: Mint,
  authorization: Authorization,
  refreshUntil?: Instant,
): Promise<TokenResponse> {
  const { keys, clock, ids } = pool
  const { id, access } = await keys
  const issuedAt = clock.now()
  const accessToken = await access.sign(accessTokenClaims(authorization, issuedAt, ids.uuid()))
  const idToken = authorization.scopes.includes('openid')
    ? await id.sign(idTokenClaims(authorization, accessToken, issuedAt, ids.uuid()))
    : undefined
  const refreshToken =
    refreshUntil === undefined
      ? undefined
      : await issueRefreshToken(pool, authorization, issuedAt, refreshUntil)
  return {
    id_token: idToken,
    access_token: accessToken,
    refresh_token: refreshToken,
    expires_in: authorization.client.accessTokenSeconds,
    token_type: 'Bearer',
  }
}

/** Signs the access token of a machine; it gets neither an ID token nor a refresh token. */
export async function mintMachineToken(
  { keys, clock, ids }: Pick<Mint, 'keys' | 'clock' | 'ids'>,
  authorization: MachineAuthorization,
): Promise<TokenResponse> {
  const { access } = await keys
  return {
    access_token: await access.sign(machineTokenClaims(authorization, clock.now(), ids.uuid())),
    expires_in: authorization.client.accessTokenSeconds,
    token_type: 'Bearer',
  }
}

async function issueRefreshToken(
  { keys, ids, refreshTokens }: Mint,
  { client, user, scopes, authTime, proofs, issuer, family, resource }: Authorization,
  issuedAt: Instant,
  expiresAt: Instant,
): Promise<string> {
  const refreshToken = (await keys).refresh.seal({
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
    proofs,
    issuer,
    family,
    resource,
    expiresAt,
  })
  return refreshToken
}
