// POST /oauth2/revoke on the wire: what it says, and what is dead and what alive afterwards.
import { createRemoteJWKSet, jwtVerify } from 'jose'
import t from 'tap'
import type { Mocknito } from '../../../src/handle/mocknito.ts'
import { createBrowser } from '../../support/browser.ts'
import { demoWithClient } from '../../support/fixtures.ts'
import { authorizeUrl, basic, exchange, freshTokens, postToken } from '../../support/oauth.ts'
import { lastReason, shows, startWorld } from '../../support/world.ts'

const revoke = (mock: Mocknito, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${mock.url}/oauth2/revoke`, { method: 'POST', body: new URLSearchParams(fields), headers })

const userInfo = (mock: Mocknito, token: string) =>
  fetch(`${mock.url}/oauth2/userInfo`, { headers: { authorization: `Bearer ${token}` } })

t.test('a revoked login is over for Cognito, and for nobody else', async (t) => {
  shows(t, 'revoke.alive', 'session.outlives-revocation')
  const mock = await startWorld(t)
  const web = mock.pool.client('web')
  const browser = createBrowser()
  const alice = { username: 'alice', password: 'Passw0rd!' }
  const code = (await browser.signIn(authorizeUrl(mock), alice)).searchParams.get('code') as string
  const { body: tokens } = await exchange(mock, code)
  const other = await freshTokens(mock)
  const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token as string }
  const later = await postToken(mock, refresh, basic(web))

  const answer = await revoke(mock, { token: tokens.refresh_token as string }, basic(web))
  t.equal(answer.status, 200)
  t.equal(await answer.text(), '')
  t.match(answer.headers.get('content-type'), /^application\/json/)
  t.equal(answer.headers.get('access-control-allow-origin'), '*')
  t.match(
    await mock.pool.requests.last('revoke'),
    { user: 'alice', client: web.id },
    'the journal knows whose',
  )

  t.same((await postToken(mock, refresh, basic(web))).body, { error: 'invalid_grant' })
  for (const token of [tokens.access_token, later.body.access_token]) {
    t.equal((await userInfo(mock, token as string)).status, 401)
    t.match(lastReason(mock), /userinfo.not-revoked: the login of the token has been revoked/)
  }
  t.equal((await userInfo(mock, other.access_token)).status, 200, "the user's other login goes on")
  const otherRefresh = { grant_type: 'refresh_token', refresh_token: other.refresh_token }
  t.equal((await postToken(mock, otherRefresh, basic(web))).status, 200)
  const keySet = createRemoteJWKSet(new URL(mock.pool.jwksUri))
  await t.resolves(
    jwtVerify(tokens.access_token as string, keySet),
    'whoever looks at signatures sees nothing',
  )
  t.equal((await browser.get(authorizeUrl(mock))).location?.searchParams.has('code'), true, 'and the cookie')
  t.equal(
    (await revoke(mock, { token: tokens.refresh_token as string }, basic(web))).status,
    200,
    'once more',
  )
  await mock.pool.users.delete('alice')
  t.equal((await revoke(mock, { token: tokens.refresh_token as string }, basic(web))).status, 200)
  t.equal((await mock.pool.requests.last('revoke'))?.user, undefined, 'nobody’s any more')
})

t.test('with one refresh token of a login all of them are dead', async (t) => {
  shows(t, 'revoke.dead')
  const rotation = { Feature: 'ENABLED', RetryGracePeriodSeconds: 60 } as const
  const mock = await startWorld(t, { fixture: demoWithClient({ RefreshTokenRotation: rotation }) })
  const web = mock.pool.client('web')
  const refresh = (refresh_token: string) =>
    postToken(mock, { grant_type: 'refresh_token', refresh_token }, basic(web))
  const first = await freshTokens(mock)
  const { body: second } = await refresh(first.refresh_token)
  t.equal((await revoke(mock, { token: first.refresh_token }, basic(web))).status, 200)
  for (const token of [first.refresh_token, second.refresh_token as string]) {
    t.same((await refresh(token)).body, { error: 'invalid_grant' })
    t.match(lastReason(mock), /refresh.known: pool us-east-1_LocalPool did not issue .*, or it is revoked/)
  }
  for (const token of [first.access_token, second.access_token as string])
    t.equal((await userInfo(mock, token)).status, 401)
})

t.test('what cannot be revoked, and by whom', async (t) => {
  shows(t, 'revoke.answer', 'revoke.unauthorized', 'revoke.hint')
  const mock = await startWorld(t)
  const web = mock.pool.client('web')
  const spa = mock.pool.client('spa')
  const tokens = await freshTokens(mock)
  const machine = mock.pool.client('machine')
  const ofMachine = await postToken(mock, { grant_type: 'client_credentials' }, basic(machine))
  const rows: [
    name: string,
    fields: Record<string, string>,
    headers: Record<string, string>,
    status: number,
    body: object | undefined,
    reason: RegExp | undefined,
  ][] = [
    ['garbage is no token of ours', { token: 'x' }, basic(web), 200, undefined, undefined],
    ['no token', {}, basic(web), 400, { error: 'invalid_request' }, /revoke.token-given: token is missing/],
    [
      'an access token',
      { token: tokens.access_token },
      basic(web),
      400,
      { error: 'unsupported_token_type' },
      /revoke.refresh-token: the token is a signed JWT/,
    ],
    [
      'an ID token',
      { token: tokens.id_token },
      basic(web),
      400,
      { error: 'unsupported_token_type' },
      /signed JWT/,
    ],
    [
      'the access token of a machine',
      { token: ofMachine.body.access_token as string },
      basic(machine),
      400,
      { error: 'unsupported_token_type' },
      /signed JWT/,
    ],
    [
      'an access token that a hint calls a refresh token',
      { token: tokens.access_token, token_type_hint: 'refresh_token' },
      basic(web),
      400,
      { error: 'unsupported_token_type' },
      /signed JWT/,
    ],
    [
      'the token of another client',
      { token: tokens.refresh_token, client_id: spa.id },
      {},
      400,
      { error: 'unauthorized_client' },
      /revoke.client: the refresh token was issued to client mockwebclient.*, and mockspaclient/,
    ],
    [
      'a wrong secret',
      { token: tokens.refresh_token },
      basic({ id: web.id, secret: 'wrong' }),
      401,
      { error: 'invalid_client' },
      /client.secret/,
    ],
    ['no secret', { token: 'x', client_id: web.id }, {}, 401, { error: 'invalid_client' }, /client.secret/],
    [
      'an unknown client',
      { token: 'x', client_id: 'nobody' },
      {},
      401,
      { error: 'invalid_client' },
      /client.known/,
    ],
    ['no client', { token: 'x' }, {}, 400, { error: 'invalid_request' }, /client.given/],
  ]
  for (const [name, fields, headers, status, body, reason] of rows) {
    const answer = await revoke(mock, fields, headers)
    t.equal(answer.status, status, name)
    const text = await answer.text()
    t.same(text === '' ? undefined : JSON.parse(text), body, name)
    if (reason !== undefined) t.match(lastReason(mock), reason, name)
  }
  t.equal((await fetch(`${mock.url}/oauth2/revoke`, { method: 'POST' })).status, 400, 'no body at all')
  const hinted = await freshTokens(mock)
  const hint = { token: hinted.refresh_token, token_type_hint: 'access_token' }
  t.equal((await revoke(mock, hint, basic(web))).status, 200, 'a wrong hint is not looked at')
  t.equal((await userInfo(mock, hinted.access_token)).status, 401)

  const inBody = { token: tokens.refresh_token, client_id: web.id, client_secret: web.secret as string }
  t.equal((await revoke(mock, inBody)).status, 200, 'a secret in the body will do')
  const old = await freshTokens(mock)
  await mock.pool.clock.advance('31d')
  t.equal((await revoke(mock, { token: old.refresh_token }, basic(web))).status, 200, 'one that has expired')
})

t.test('with EnableTokenRevocation off there is nothing to revoke', async (t) => {
  const mock = await startWorld(t, { fixture: demoWithClient({ EnableTokenRevocation: false }) })
  const { refresh_token } = await freshTokens(mock)
  const answer = await revoke(mock, { token: refresh_token }, basic(mock.pool.client('web')))
  t.equal(answer.status, 400)
  t.same(await answer.json(), { error: 'invalid_request' })
  t.match(lastReason(mock), /revoke.enabled: client web has EnableTokenRevocation off/)
})
