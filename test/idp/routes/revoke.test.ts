// POST /oauth2/revoke on the wire: what it says, and what is dead and what alive afterwards.
import t from 'tap'
import type { Mocknito } from '../../../src/handle/mocknito.ts'
import { createBrowser } from '../../support/browser.ts'
import { demoWithClient } from '../../support/fixtures.ts'
import { authorizeUrl, basic, exchange, freshTokens, postToken } from '../../support/oauth.ts'
import { lastReason, startWorld } from '../../support/world.ts'

const revoke = (mock: Mocknito, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${mock.url}/oauth2/revoke`, { method: 'POST', body: new URLSearchParams(fields), headers })

const userInfo = (mock: Mocknito, token: string) =>
  fetch(`${mock.url}/oauth2/userInfo`, { headers: { authorization: `Bearer ${token}` } })

t.test('a revoked login is over for Cognito, and for nobody else', async (t) => {
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

  t.same((await postToken(mock, refresh, basic(web))).body, { error: 'invalid_grant' })
  for (const token of [tokens.access_token, later.body.access_token]) {
    t.equal((await userInfo(mock, token as string)).status, 401)
    t.match(lastReason(mock), /userinfo.not-revoked: the login of the token has been revoked/)
  }
  t.equal((await userInfo(mock, other.access_token)).status, 200, "the user's other login goes on")
  t.equal((await browser.get(authorizeUrl(mock))).location?.searchParams.has('code'), true, 'and the cookie')
  t.equal(
    (await revoke(mock, { token: tokens.refresh_token as string }, basic(web))).status,
    200,
    'once more',
  )
})

t.test('what cannot be revoked, and by whom', async (t) => {
  const mock = await startWorld(t)
  const web = mock.pool.client('web')
  const spa = mock.pool.client('spa')
  const tokens = await freshTokens(mock)
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
  const inBody = { token: tokens.refresh_token, client_id: web.id, client_secret: web.secret as string }
  t.equal((await revoke(mock, inBody)).status, 200, 'a secret in the body will do')
})

t.test('with EnableTokenRevocation off there is nothing to revoke', async (t) => {
  const mock = await startWorld(t, { fixture: demoWithClient({ EnableTokenRevocation: false }) })
  const { refresh_token } = await freshTokens(mock)
  const answer = await revoke(mock, { token: refresh_token }, basic(mock.pool.client('web')))
  t.equal(answer.status, 400)
  t.same(await answer.json(), { error: 'invalid_request' })
  t.match(lastReason(mock), /revoke.enabled: client web has EnableTokenRevocation off/)
})
