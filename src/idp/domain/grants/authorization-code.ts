// RFC 6749 §4.1.3. The code is used up by the first attempt of an authenticated client, whatever comes of it
// (unless failed-exchange is switched).
import { newLogin } from '../claims.ts'
import { howLong, secondsAfter } from '../clock.ts'
import { type AuthorizationCode, codeSeconds } from '../codes.ts'
import { provePossession, sameText } from '../pkce.ts'
import { overridesForUser } from '../pre-token-generation/index.ts'
import { invalidGrant, OAuthError, unauthorizedClient } from '../refusal.ts'
import { unreadableAttributes } from '../scopes.ts'
import { demand, type Trail } from '../trail.ts'
import type { KnownClient } from '../user-pool.ts'
import { activeUser } from './active-user.ts'
import type { Grant, Redeemed, TokenRequest } from './grant.ts'

export const authorizationCode: Grant = {
  type: 'authorization_code',
  flows: ['code'],
  parameters: ['code', 'redirect_uri'],

  async redeem(request, trail) {
    const { pool, parameters } = request
    const code = parameters.code as string
    const granted = await takeCode(request, code, trail)
    try {
      return await exchange(granted, request, trail)
    } catch (refusal) {
      if (pool.choices['failed-exchange'] === 'keeps-code') await pool.codes.giveBack(code)
      throw refusal
    }
  },
}

/** The single-use gate. */
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
  return taken.code
}

/** What a code is bound to: its time, its client, its redirect URI, its challenge; and what its user still is. */
async function exchange(
  granted: AuthorizationCode,
  { pool, client, parameters: { redirect_uri, code_verifier } }: TokenRequest,
  trail: Trail,
): Promise<Redeemed> {
  const now = pool.clock.now()
  demand(trail, 'code.lifetime', now < granted.expiresAt, () =>
    invalidGrant(
      `the code expired ${howLong(granted.expiresAt, now)} ago; codes live for ${codeSeconds / 60} minutes`,
    ),
  )
  demand(
    trail,
    'code.client',
    sameText(granted.clientId, client.id),
    () =>
      new OAuthError(
        pool.choices['code-of-another-client'],
        `the code was issued to client ${granted.clientId}, and ${client.id} presents it`,
      ),
  )
  demand(trail, 'code.redirect-uri', granted.redirectUri === redirect_uri, () =>
    unauthorizedClient(
      `redirect_uri is ${redirect_uri}, the authorize request had ${granted.redirectUri}`,
      pool.choices['redirect-mismatch'] === 'invalid_redirect' ? 'invalid_redirect' : undefined,
    ),
  )
  provePossession(granted, code_verifier, pool, trail)
  const unreadable = unreadableAttributes(granted.scopes, client)
  demand(trail, 'client.readable-attributes', unreadable.length === 0, () =>
    invalidGrant(
      `scope ${granted.scopes.join(' ')} implies ${unreadable.join(', ')}, which is not in the ReadAttributes of client ${client.name}`,
    ),
  )
  const user = await activeUser(pool, granted.sub, trail)
  const login = newLogin(pool, {
    client,
    user,
    scopes: granted.scopes,
    nonce: granted.nonce,
    resource: granted.resource,
    issuer: granted.issuer,
    authTime: granted.authTime,
    proofs: granted.proofs,
    overrides: granted.overrides,
  })
  const refreshUntil = secondsAfter(pool.clock.now(), client.refreshTokenSeconds)
  const hook = pool.hooks.preTokenGeneration
  if (hook === undefined || pool.choices['hook-of-code-grant'] === 'sign-in') return { login, refreshUntil }
  const overrides = await overridesForUser(hook, pool, login, 'TokenGeneration_HostedAuth', trail)
  return { login: { ...login, overrides }, refreshUntil }
}
