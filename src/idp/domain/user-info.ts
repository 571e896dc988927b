// The userInfo endpoint (OpenID Connect Core §5.3) as Cognito answers it: every value a string, `username`
// instead of `cognito:username`, no groups. The token is verified in full: a mock that only decodes it makes
// tests lie.

import { compactVerify } from 'jose/jws/compact/verify'
import { decodeJwt } from 'jose/jwt/decode'
import { fromEpochSeconds, howLong } from './clock.ts'
import { invalidRequest, invalidToken, OAuthError } from './refusal.ts'
import { isNarrow, splitScope, visibleAttributes } from './scopes.ts'
import { demand, refused, type Trail } from './trail.ts'
import type { User } from './user.ts'
import type { UserPool, World } from './user-pool.ts'

const badRequest = 'Bad OAuth2 request at UserInfo Endpoint'
const deadToken = 'Access token is expired, disabled, or deleted, or the user has globally signed out.'
const withoutOpenid = 'Access token does not contain openid scope'

/** What an access token of a user says, as far as it matters here. */
interface AccessToken {
  readonly iss: string
  readonly sub: string
  readonly client_id: string
  readonly token_use: string
  readonly scope: string
  readonly exp: number
  readonly username?: string
  readonly origin_jti?: string
}

/**
 * The claims about the user of an access token.
 *
 * @param announces whether the server, asked by any of its names, says that this is the issuer of the pool
 * @throws OAuthError invalid_request, invalid_token
 */
export async function userInfo(
  authorization: string | undefined,
  world: World,
  announces: (pool: UserPool, issuer: string) => boolean,
  trail: Trail,
): Promise<Record<string, string>> {
  const bearer = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  demand(trail, 'userinfo.bearer', bearer !== undefined, () =>
    invalidRequest('there is no Authorization: Bearer <access token>', badRequest).asChallenge(),
  )
  const { pool, token } = await verify(bearer, world, trail)
  demand(trail, 'userinfo.issuer', announces(pool, token.iss), () =>
    invalidToken(`iss is ${token.iss}, which this server does not call pool ${pool.id}`, deadToken),
  )
  const now = pool.clock.now()
  demand(trail, 'userinfo.lifetime', token.exp * 1000 > now.getTime(), () =>
    invalidToken(`the token expired ${howLong(fromEpochSeconds(token.exp), now)} ago`, deadToken),
  )
  const client = pool.clients.get(token.client_id)
  const isUsersAccessToken =
    token.token_use === 'access' && token.username !== undefined && client !== undefined
  demand(trail, 'userinfo.access-token', isUsersAccessToken, () =>
    invalidToken(`token_use is ${token.token_use}, expected the access token of a user`, deadToken),
  )
  const scopes = splitScope(token.scope)
  demand(trail, 'userinfo.openid', scopes.includes('openid'), () =>
    new OAuthError(
      pool.choices['user-info-without-openid'],
      `the scope of the token is ${token.scope}`,
      withoutOpenid,
    ).asChallenge(),
  )
  const isRevoked = token.origin_jti !== undefined && (await pool.refreshTokens.isRevoked(token.origin_jti))
  demand(trail, 'userinfo.not-revoked', !isRevoked, () =>
    invalidToken('the login of the token has been revoked', deadToken),
  )
  const user = await pool.users.bySub(token.sub)
  demand(trail, 'userinfo.user-active', user?.enabled === true, () =>
    invalidToken(`the user ${token.username} is deleted or disabled`, deadToken),
  )
  const { sub, username, attributes } = user as User
  trail.username = username
  const visible = visibleAttributes(attributes, scopes, client as NonNullable<typeof client>)
  const namesUser = pool.choices['basic-profile'] === 'sub-and-username' || !isNarrow(scopes)
  return { sub, ...visible, ...(namesUser && { username }) }
}

async function verify(
  bearer: string,
  world: World,
  trail: Trail,
): Promise<{ pool: UserPool; token: AccessToken }> {
  const pool = poolOf(bearer, world)
  try {
    if (pool === undefined) throw new Error('it names no user pool of this server')
    trail.poolId = pool.id
    const keys = await pool.keys
    const { payload } = await compactVerify(
      bearer,
      ({ kid }) => {
        const key = keys.byKid(kid ?? '')
        if (key === undefined) throw new Error(`no key of pool ${pool.id} has the kid ${kid}`)
        return key.publicKey
      },
      { algorithms: ['RS256'] },
    )
    const token = JSON.parse(new TextDecoder().decode(payload))
    trail.verdicts.push({ rule: 'userinfo.signature', holds: true })
    trail.clientId = token.client_id
    return { pool, token }
  } catch (cause) {
    const reason = `the token cannot be verified: ${(cause as Error).message}`
    throw refused(trail, 'userinfo.signature', invalidToken(reason, deadToken))
  }
}

/** An issuer ends in the id of its pool, in either issuer mode. */
function poolOf(bearer: string, world: World): UserPool | undefined {
  try {
    return world.pool(decodeJwt(bearer).iss?.split('/').at(-1) ?? '')
  } catch {
    return undefined
  }
}
