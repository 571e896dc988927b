// Whose request is it? A guess from what was sent, before anything has been checked: good enough to aim a fault, and
// for nothing else.
import { decodeJwt } from 'jose/jwt/decode'
import type { Asker } from './faults.ts'
import { refreshTokenHash } from './refresh-tokens.ts'
import type { UserPool, World } from './user-pool.ts'

/** What a request shows of its sender. */
export interface Clues {
  readonly poolId?: string | undefined
  readonly authorization?: string | undefined
  /** Query and form, the form first. */
  parameter(name: string): string | undefined
  readonly sessionId?: string | undefined
}

export async function whoAsks(clues: Clues, world: World): Promise<Asker> {
  const token = bearerClaims(clues.authorization)
  const clientId = basicId(clues.authorization) ?? clues.parameter('client_id') ?? text(token?.client_id)
  const poolId = clues.poolId ?? text(token?.iss)?.split('/').at(-1)
  const pool = world.client(clientId ?? '')?.pool ?? world.pool(poolId ?? '')
  if (pool === undefined) return world.pools.length === 1 ? { poolId: world.pools[0]?.id as string } : {}
  const username = text(token?.username) ?? (await userOf(pool, clues))
  return {
    poolId: pool.id,
    ...(clientId !== undefined && { clientId }),
    ...(username !== undefined && { username }),
  }
}

/** By whatever the request has in hand: a code, a refresh token, a session, or the name in the form. */
async function userOf(
  { users, codes, refreshTokens, sessions }: UserPool,
  { parameter, sessionId }: Clues,
): Promise<string | undefined> {
  const [code, refreshToken, name] = [parameter('code'), parameter('refresh_token'), parameter('username')]
  const sub =
    (code && (await codes.records()).find((kept) => kept.code.code === code)?.code.sub) ||
    (refreshToken && (await refreshTokens.find(refreshTokenHash(refreshToken)))?.sub) ||
    (sessionId && (await sessions.find(sessionId))?.sub)
  const user = sub ? await users.bySub(sub) : name && (await users.find(name))
  return user ? user.username : undefined
}

const text = (claim: unknown): string | undefined => (typeof claim === 'string' ? claim : undefined)

const basicId = (authorization = ''): string | undefined => {
  const encoded = /^basic +(.*)$/i.exec(authorization)?.[1]
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString().split(':', 1)[0]
}

function bearerClaims(authorization = ''): Record<string, unknown> | undefined {
  try {
    return decodeJwt(authorization.replace(/^bearer +/i, ''))
  } catch {
    return undefined
  }
}
