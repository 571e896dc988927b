// RFC 6749 §6. Cognito answers with new ID and access tokens and, unless the client rotates, without a new
// refresh token; the authentication time, the scopes and the issuer of the login stay. A rotated token gives
// way to one that expires when the first would have (AWS: refresh token rotation).
import { type Authorization, groupsOf, tellsProofs } from '../claims.ts'
import { howLong } from '../clock.ts'
import { overridesForUser } from '../pre-token-generation/index.ts'
import { refreshTokenHash } from '../refresh-tokens.ts'
import { invalidGrant } from '../refusal.ts'
import { demand, type Trail } from '../trail.ts'
import type { UserPool } from '../user-pool.ts'
import { activeUser } from './active-user.ts'
import type { Grant } from './grant.ts'

export const refreshToken: Grant = {
  type: 'refresh_token',
  flows: ['code'],
  parameters: ['refresh_token'],

  async redeem({ pool, client, parameters }, trail) {
    const now = pool.clock.now()
    const hash = refreshTokenHash(parameters.refresh_token as string)
    const token = await pool.refreshTokens.find(hash)
    demand(trail, 'refresh.known', token !== undefined, () =>
      invalidGrant(`pool ${pool.id} did not issue this refresh token, or it is revoked`),
    )
    demand(trail, 'refresh.client', token.clientId === client.id, () =>
      invalidGrant(`the refresh token was issued to client ${token.clientId}, and ${client.id} presents it`),
    )
    demand(trail, 'refresh.lifetime', now < token.expiresAt, () =>
      invalidGrant(`the refresh token expired ${howLong(token.expiresAt, now)} ago`),
    )
    const user = await activeUser(pool, token.sub, trail)
    const login: Authorization = {
      client,
      user,
      groups: groupsOf(user, pool.groups),
      scopes: token.scopes,
      issuer: token.issuer,
      authTime: token.authTime,
      proofs: token.proofs,
      tellsProofs: tellsProofs(pool),
      family: token.family,
      resource: token.resource,
      // OpenID Connect Core §12.2: a nonce belongs to the login, not to its refreshes.
      nonce: undefined,
      eventId: pool.ids.uuid(),
    }
    // Before the token is retired, so that a failing hook does not cost it.
    const hook = pool.hooks.preTokenGeneration
    const overrides =
      hook && (await overridesForUser(hook, pool, login, 'TokenGeneration_RefreshTokens', trail))
    if (client.rotation !== undefined) await retire(pool, hash, client.rotation.graceSeconds, trail)
    return {
      login: overrides === undefined ? login : { ...login, overrides },
      refreshUntil: client.rotation === undefined ? undefined : token.expiresAt,
    }
  },
}

/** The gate of rotation: the old token is good once, and again for as long as the grace period lasts. */
async function retire(
  { refreshTokens, clock }: Pick<UserPool, 'refreshTokens' | 'clock'>,
  hash: string,
  graceSeconds: number,
  trail: Trail,
): Promise<void> {
  const now = clock.now()
  const retirement = await refreshTokens.retire(hash, now, graceSeconds)
  demand(trail, 'refresh.rotation', retirement.outcome === 'accepted', () => {
    const { retiredAt } = retirement as Extract<typeof retirement, { outcome: 'too-late' }>
    return invalidGrant(
      `the refresh token was replaced ${howLong(retiredAt, now)} ago; the grace period of the client is ${graceSeconds} s`,
    )
  })
}
