// RFC 6749 §6. Cognito answers with new ID and access tokens and, unless the client rotates, without a new
// refresh token; the authentication time, the scopes and the issuer of the login stay.
import { groupsOf } from '../claims.ts'
import { howLong } from '../clock.ts'
import { refreshTokenHash } from '../refresh-tokens.ts'
import { invalidGrant } from '../refusal.ts'
import { demand } from '../trail.ts'
import { activeUser } from './active-user.ts'
import type { Grant } from './grant.ts'

export const refreshToken: Grant = {
  type: 'refresh_token',
  flows: ['code'],
  parameters: ['refresh_token'],

  async redeem({ pool, client }, { refresh_token }, trail) {
    const now = pool.clock.now()
    const token = await pool.refreshTokens.find(refreshTokenHash(refresh_token as string))
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
    return {
      authorization: {
        client,
        user,
        groups: groupsOf(user, pool.groups),
        scopes: token.scopes,
        issuer: token.issuer,
        authTime: token.authTime,
        family: token.family,
        eventId: pool.ids.uuid(),
      },
      refreshable: false,
    }
  },
}
