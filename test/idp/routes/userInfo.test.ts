// /oauth2/userInfo on the wire: what it tells about whom, and every kind of token that it refuses.
import t from 'tap'
import { demoFixture } from '../../../src/idp/fixture/load.ts'
import { bob } from '../../support/browser.ts'
import { authorizeUrl, claimsOf, exchange, freshTokens } from '../../support/oauth.ts'
import { lastReason, shows, startWorld } from '../../support/world.ts'

const deadToken =
  'error="invalid_token", error_description="Access token is expired, disabled, or deleted, or the user has globally signed out."'

t.test('every value is a string, sub and username are there, groups are not', async (t) => {
  shows(t, 'userinfo.strings', 'tokens.attributes-by-scope')
  const fixture = demoFixture()
  Object.assign(fixture.pools[0]?.Users?.[0] as object, {
    Attributes: {
      email: 'alice@example.com',
      email_verified: true,
      phone_number: '+15550100',
      name: 'Alice',
      'custom:seats': 7,
      identities: '[{"userId":"1"}]',
    },
  })
  const mock = await startWorld(t, { fixture })
  const ask = async (scope: string) => {
    const { access_token } = await freshTokens(mock, { scope })
    const answer = await fetch(`${mock.url}/oauth2/userInfo`, {
      headers: { authorization: `Bearer ${access_token}` },
    })
    t.equal(answer.status, 200)
    t.equal(answer.headers.get('content-type'), 'application/json;charset=UTF-8')
    t.equal(answer.headers.get('cache-control'), 'no-cache, no-store, max-age=0, must-revalidate')
    t.equal(answer.headers.get('access-control-allow-origin'), '*')
    const { sub, username, ...attributes } = (await answer.json()) as Record<string, string>
    t.match(sub, /^[0-9a-f]{8}-[0-9a-f]{4}-70[0-9a-f]{2}-/)
    t.equal(username, 'alice')
    return attributes
  }
  const email = { email: 'alice@example.com', email_verified: 'true' }
  const phone = { phone_number: '+15550100' }
  const profile = { name: 'Alice', 'custom:seats': '7' }
  const identities = '[{"userId":"1"}]'
  const all = { ...email, ...phone, ...profile, identities }
  t.same(await ask('openid'), all, 'openid alone lets everything out')
  t.same(await ask('openid aws.cognito.signin.user.admin'), all)
  t.same(await ask('openid email'), email)
  t.same(await ask('openid phone'), phone)
  t.same(await ask('openid profile'), profile)
  t.same(await ask('openid profile email'), { ...email, ...profile })
})

t.test('only a live access token of a user, with openid, is good enough', async (t) => {
  shows(t, 'userinfo.challenge', 'userinfo.access-token')
  const mock = await startWorld(t)
  const tokens = await freshTokens(mock)
  const withoutOpenid = await freshTokens(mock, { scope: 'orders/read' })
  const [header, payload, signature = ''] = tokens.access_token.split('.')
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = claimsOf(tokens.access_token)
  const none = encode({ alg: 'none' })
  const strangeKid = encode({ kid: 'unknown', alg: 'RS256' })
  const request = 'error="invalid_request", error_description="Bad OAuth2 request at UserInfo Endpoint"'
  const openid = 'error="invalid_token", error_description="Access token does not contain openid scope"'
  const rows: [
    name: string,
    authorization: string | undefined,
    status: number,
    challenge: string,
    reason: RegExp,
  ][] = [
    ['no header', undefined, 400, request, /userinfo.bearer: there is no Authorization: Bearer/],
    ['Basic', 'Basic abc', 400, request, /userinfo.bearer/],
    ['an empty token', 'Bearer ', 400, request, /userinfo.bearer/],
    [
      'garbage',
      'Bearer abc',
      401,
      deadToken,
      /userinfo.signature: the token cannot be verified: it names no user pool/,
    ],
    [
      'a tampered payload',
      `Bearer ${header}.${encode({ ...claims, username: 'bob' })}.${signature}`,
      401,
      deadToken,
      /userinfo.signature: .*signature verification failed/,
    ],
    ['no signature', `Bearer ${header}.${payload}.`, 401, deadToken, /userinfo.signature/],
    ['alg none', `Bearer ${none}.${payload}.`, 401, deadToken, /userinfo.signature/],
    [
      'no kid',
      `Bearer ${encode({ alg: 'RS256' })}.${payload}.${signature}`,
      401,
      deadToken,
      /has the kid undefined/,
    ],
    [
      'no issuer',
      `Bearer ${header}.${encode({ ...claims, iss: undefined })}.${signature}`,
      401,
      deadToken,
      /it names no user pool of this server/,
    ],
    ['an unknown key', `Bearer ${strangeKid}.${payload}.${signature}`, 401, deadToken, /has the kid unknown/],
    [
      'a foreign pool',
      `Bearer ${header}.${encode({ ...claims, iss: 'https://x/us-east-1_Other' })}.${signature}`,
      401,
      deadToken,
      /it names no user pool of this server/,
    ],
    ['the ID token', `Bearer ${tokens.id_token}`, 401, deadToken, /access-token: token_use is id, expected/],
    ['the refresh token', `Bearer ${tokens.refresh_token}`, 401, deadToken, /userinfo.signature/],
    [
      'a token without openid',
      `Bearer ${withoutOpenid.access_token}`,
      401,
      openid,
      /userinfo.openid: the scope of the token is orders\/read/,
    ],
  ]
  for (const [name, authorization, status, challenge, reason] of rows) {
    const answer = await fetch(`${mock.url}/oauth2/userInfo`, {
      ...(authorization !== undefined && { headers: { authorization } }),
    })
    t.equal(answer.status, status, name)
    t.equal(answer.headers.get('www-authenticate'), challenge, name)
    t.equal(answer.headers.get('access-control-allow-origin'), '*', name)
    const [, error, error_description] = /error="(.*)", error_description="(.*)"/.exec(
      challenge,
    ) as RegExpExecArray
    t.same(await answer.json(), { error, error_description }, name)
    t.match(lastReason(mock), reason, name)
  }
})

t.test('a token ends with its time, its user, and the name of the server', async (t) => {
  const mock = await startWorld(t)
  const { access_token } = await freshTokens(mock, {}, bob)
  const ask = () =>
    fetch(`${mock.url}/oauth2/userInfo`, { headers: { authorization: `bearer ${access_token}` } })
  t.equal((await ask()).status, 200)
  await mock.pool.clock.advance('60m')
  const expired = await ask()
  t.equal(expired.status, 401)
  t.equal(expired.headers.get('www-authenticate'), deadToken)
  t.match(lastReason(mock), /userinfo.lifetime: the token expired \d+ s ago/)
  await mock.pool.clock.reset()
  await mock.pool.users.patch('bob', { enabled: false })
  t.equal((await ask()).status, 401)
  t.match(lastReason(mock), /userinfo.user-active: the user bob is deleted or disabled/)

  const other = await startWorld(t, { issuer: 'aws' })
  const elsewhere = await fetch(`${other.url}/oauth2/userInfo`, {
    headers: { authorization: `Bearer ${access_token}` },
  })
  t.equal(elsewhere.status, 401)
  t.match(
    lastReason(other),
    /userinfo.issuer: iss is http:\/\/127.*, which this server does not call pool us-east-1_Local/,
  )
})

t.test('a server with a public URL stands by that name only', async (t) => {
  const named = await startWorld(t, { publicUrl: 'https://login.example.com' })
  const unnamed = await startWorld(t)
  const at = `http://127.0.0.1:${named.port}`
  const csrf = '5f2d7f3e-0000-4000-8000-000000000000'
  const login = await fetch(authorizeUrl({ ...named, url: at }).replace('/oauth2/authorize', '/login'), {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: `XSRF-TOKEN=${csrf}` },
    body: new URLSearchParams({ _csrf: csrf, username: 'alice', password: 'Passw0rd!' }),
  })
  const code = new URL(login.headers.get('location') as string).searchParams.get('code') as string
  const { access_token } = (await exchange({ ...named, url: at }, code)).body
  const ask = (url: string) =>
    fetch(`${url}/oauth2/userInfo`, { headers: { authorization: `Bearer ${access_token}` } })
  t.equal((await ask(at)).status, 200)
  t.equal((await ask(unnamed.url)).status, 401)
  t.match(lastReason(unnamed), /userinfo.issuer: iss is https:\/\/login.example.com/)
})

t.test('POST gets the same answer', async (t) => {
  const mock = await startWorld(t)
  const { access_token } = await freshTokens(mock)
  const answer = await fetch(`${mock.url}/oauth2/userInfo`, {
    method: 'POST',
    headers: { authorization: `Bearer ${access_token}` },
  })
  t.match(await answer.json(), { username: 'alice', email_verified: 'true' })
})
