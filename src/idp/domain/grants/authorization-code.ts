// RFC 6749 §4.1.3. The code is used up by the first attempt of an authenticated client, whatever comes of it.
import { newLogin } from '../claims.ts'
import { howLong, secondsAfter } from '../clock.ts'
import { type AuthorizationCode, codeSeconds } from '../codes.ts'
import { provePossession, sameText } from '../pkce.ts'
import { invalidGrant, unauthorizedClient } from '../refusal.ts'
import { unreadableAttributes } from '../scopes.ts'
import { demand, type Trail } from '../trail.ts'
import type { KnownClient } from '../user-pool.ts'
import { activeUser } from './active-user.ts'
import type { Grant } from './grant.ts'

export const authorizationCode: Grant = {
  type: 'authorization_code',
  flows: ['code'],
  parameters: ['code', 'redirect_uri'],

  async redeem({ pool, client, parameters }, trail) {
    const { code, redirect_uri, code_verifier } = parameters
    const granted = await takeCode({ pool, client }, code as string, trail)
    demand(trail, 'code.redirect-uri', granted.redirectUri === redirect_uri, () =>
      unauthorizedClient(
        `redirect_uri is ${redirect_uri}, the authorize request had ${granted.redirectUri}`,
        'invalid_redirect',
      ),
    )
    provePossession(granted, code_verifier, trail)
    const unreadable = unreadableAttributes(granted.scopes, client)
    demand(trail, 'client.readable-attributes', unreadable.length === 0, () =>
      invalidGrant(
        `scope ${granted.scopes.join(' ')} implies ${unreadable.join(', ')}, which is not in the ReadAttributes of client ${client.name}`,
      ),
    )
    const user = await activeUser(pool, granted.sub, trail)
    return {
      login: newLogin(pool, {
        client,
        user,
        scopes: granted.scopes,
        nonce: granted.nonce,
        resource: granted.resource,
        issuer: granted.issuer,
        authTime: granted.authTime,
        overrides: granted.overrides,
      }),
      refreshUntil: secondsAfter(pool.clock.now(), client.refreshTokenSeconds),
    }
  },
}

/** The single-use gate, and what binds a code: its time and its client. */
async function takeCode(
  { pool, client }: KnownClient,
  code: string,
  trail: Trail,
): Promise<AuthorizationCode> {
  const now = pool.clock.now()
  const taken = await pool.codes.take(code, { at: now, clientId: client.id })
  demand(trail, 'code.known', taken.outcome !== 'unknown', () =>
    invalidGrant(`pool ${pool.id} did not issue this code, or it is long gone`),
  )
  demand(trail, 'code.single-use', taken.outcome === 'taken', () => {
    const { usedAt, usedBy } = taken as Extract<typeof taken, { outcome: 'used' }>
    return invalidGrant(`the code was used ${howLong(usedAt, now)} ago by client ${usedBy}`)
  })
  const granted = taken.code
  demand(trail, 'code.lifetime', now < granted.expiresAt, () =>
    invalidGrant(
      `the code expired ${howLong(granted.expiresAt, now)} ago; codes live for ${codeSeconds / 60} minutes`,
    ),
  )
  demand(trail, 'code.client', sameText(granted.clientId, client.id), () =>
    invalidGrant(`the code was issued to client ${granted.clientId}, and ${client.id} presents it`),
  )
  return granted
}
