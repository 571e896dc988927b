// The order in which mistakes are noticed. Each table is a staircase: a request that has every mistake, from which one
// after the other is taken away; what is told is always the first that is left.
import t from 'tap'
import { bob } from '../../support/browser.ts'
import { demoWithClient } from '../../support/fixtures.ts'
import { authorizeUrl, basic, freshCode, freshTokens, postToken } from '../../support/oauth.ts'
import { lastReason, shows, startWorld } from '../../support/world.ts'

/** The rule that was broken last. */
const brokenRule = (reason: string): string => reason.slice(0, reason.indexOf(':'))

t.test('of several mistakes /oauth2/authorize tells the first', async (t) => {
  shows(t, 'authorize.order')
  const callback = 'http://localhost:9401/auth/callback'
  const mock = await startWorld(t)
  const query = new URLSearchParams({
    client_id: 'nobody',
    redirect_uri: 'https://evil.example/',
    response_type: 'id_token',
    scope: 'email nobodys',
    code_challenge: 'x',
    resource: 'nonsense',
    identity_provider: 'Nobody',
    state: 's',
  })
  query.append('client_id', 'twice')
  query.append('redirect_uri', 'twice')
  query.append('nonce', 'once')
  query.append('nonce', 'twice')
  const page = '/error'
  const steps: [rule: string, leadsTo: string, mend: Record<string, string | undefined>][] = [
    ['authorize.single-client-and-redirect', page, { client_id: undefined }],
    ['authorize.client-given', page, { client_id: 'nobody' }],
    ['authorize.client-known', page, { client_id: 'mockwebclient0000000000001' }],
    ['authorize.single-client-and-redirect', page, { redirect_uri: 'https://evil.example/' }],
    ['authorize.redirect-uri-registered', page, { redirect_uri: callback }],
    ['authorize.single-values', callback, { nonce: 'n' }],
    ['authorize.response-type-given', callback, { response_type: 'token' }],
    ['authorize.response-type-allowed', callback, { response_type: 'code' }],
    ['authorize.scope-allowed', callback, { scope: 'email' }],
    ['authorize.scope-openid', callback, { scope: 'openid email' }],
    ['authorize.pkce-method', callback, { code_challenge_method: 'S256' }],
    ['authorize.resource', callback, { resource: 'https://api.example.com' }],
    ['authorize.identity-provider', page, { identity_provider: 'COGNITO' }],
  ]
  for (const path of ['/oauth2/authorize', '/login']) {
    const asked = new URLSearchParams(query)
    const ask = () => fetch(`${mock.url}${path}?${asked}`, { redirect: 'manual' })
    for (const [rule, leadsTo, mend] of steps) {
      const location = (await ask()).headers.get('location') ?? ''
      t.equal(brokenRule(lastReason(mock)), rule, `${path}: ${rule}`)
      t.ok(location.startsWith(leadsTo), `${rule}: ${location}`)
      for (const [name, value] of Object.entries(mend))
        if (value === undefined) asked.delete(name)
        else asked.set(name, value)
    }
    const answer = await ask()
    t.equal(answer.status, path === '/login' ? 200 : 302)
    t.match(answer.headers.get('location') ?? '/login?', '/login?', 'and then there is nothing left to tell')
  }
})

t.test('of several mistakes /oauth2/token tells the first', async (t) => {
  shows(t, 'token.order')
  const fixture = demoWithClient({ ReadAttributes: ['name'] })
  const mock = await startWorld(t, { fixture })
  const web = mock.pool.client('web')
  const pkce = { code_challenge: 'x', code_challenge_method: 'S256' }
  const everything = await freshCode(mock, { scope: 'openid email', ...pkce }, bob)
  const withoutPkce = await freshCode(mock, { scope: 'openid email' }, bob)
  const readable = await freshCode(mock, { scope: 'openid' }, bob)
  await mock.pool.users.patch('bob', { enabled: false })

  const wrongSecret = basic({ id: web.id, secret: 'wrong' })
  const machine = basic(mock.pool.client('machine'))
  const told = {
    form: { status: 405, text: '' },
    request: { status: 400, body: { error: 'invalid_request' } },
    grant: { status: 400, body: { error: 'invalid_grant' } },
    client: { status: 400, body: { error: 'invalid_client' } },
    secret: { status: 400, body: { error: 'invalid_client', error_description: 'invalid_client_secret' } },
    redirect: { status: 400, body: { error: 'unauthorized_client', error_description: 'invalid_redirect' } },
  }
  type Fields = Record<string, string>
  const code = { grant_type: 'authorization_code' }
  const away = { redirect_uri: 'https://evil.example/' }
  const home = { redirect_uri: 'http://localhost:9401/auth/callback' }
  const steps: [rule: string, fields: Fields, headers: Fields, answer: object][] = [
    ['token.form', { x: 'y' }, { 'content-type': 'application/json', ...wrongSecret }, told.form],
    ['token.grant-type-given', { client_id: 'x' }, {}, told.request],
    [
      'token.grant-type-known',
      { grant_type: 'password' },
      {},
      { status: 400, body: { error: 'unsupported_grant_type' } },
    ],
    ['client.given', code, {}, told.request],
    ['client.basic-wellformed', { ...code, client_id: 'x' }, { authorization: 'Basic eA==' }, told.client],
    ['client.consistent', { ...code, client_id: 'x' }, wrongSecret, told.client],
    ['client.known', { ...code, client_id: 'x', client_secret: 'x' }, {}, told.client],
    ['client.secret', code, wrongSecret, told.secret],
    ['client.grant-allowed', code, machine, { status: 400, body: { error: 'unauthorized_client' } }],
    ['token.parameters', { ...code, code: 'x' }, basic(web), told.request],
    ['token.parameters', { ...code, ...home }, basic(web), told.request],
    ['code.known', { ...code, ...away, code: 'x' }, basic(web), told.grant],
    ['code.redirect-uri', { ...code, ...away, code: everything }, basic(web), told.redirect],
    ['code.single-use', { ...code, ...away, code: everything }, basic(web), told.grant],
    ['client.readable-attributes', { ...code, ...home, code: withoutPkce }, basic(web), told.grant],
    ['grant.user-active', { ...code, ...home, code: readable }, basic(web), told.grant],
  ]
  for (const [rule, fields, headers, answer] of steps) {
    t.match(await postToken(mock, fields, headers), answer, rule)
    t.equal(brokenRule(lastReason(mock)), rule)
  }
  const another = await freshCode(mock, { scope: 'openid email', ...pkce })
  await postToken(mock, { ...code, ...home, code: another }, basic(web))
  t.equal(brokenRule(lastReason(mock)), 'pkce.verifier', 'PKCE before the attributes')
  const spa = mock.pool.client('spa').id
  const late = await freshCode(mock, pkce)
  await mock.pool.clock.advance('6m')
  await postToken(mock, { ...code, ...away, code: late, client_id: spa })
  t.equal(brokenRule(lastReason(mock)), 'code.lifetime', 'the time of a code before its client')
  const stolen = await freshCode(mock, pkce)
  await postToken(mock, { ...code, ...away, code: stolen, client_id: spa })
  t.equal(brokenRule(lastReason(mock)), 'code.client', 'the client before the redirect URI')
})

t.test('a refresh is judged in the same order', async (t) => {
  const fixture = demoWithClient({ RefreshTokenRotation: { Feature: 'ENABLED' }, RefreshTokenValidity: 1 })
  const mock = await startWorld(t, { fixture })
  const { refresh_token } = await freshTokens(mock, {}, bob)
  const refresh = { grant_type: 'refresh_token', refresh_token }
  const web = basic(mock.pool.client('web'))
  t.equal((await postToken(mock, refresh, web)).status, 200)
  await mock.pool.users.patch('bob', { enabled: false })
  await mock.pool.clock.advance('25h')
  const steps: [rule: string, headers: Record<string, string>, mend: () => unknown][] = [
    ['refresh.client', {}, () => {}],
    ['refresh.lifetime', web, () => mock.pool.clock.reset()],
    ['grant.user-active', web, () => mock.pool.users.patch('bob', { enabled: true })],
    ['refresh.rotation', web, () => {}],
  ]
  for (const [rule, headers, mend] of steps) {
    const asSpa = headers === web ? {} : { client_id: mock.pool.client('spa').id }
    const { body } = await postToken(mock, { ...refresh, ...asSpa }, headers)
    t.same(body, { error: 'invalid_grant' }, rule)
    t.equal(brokenRule(lastReason(mock)), rule)
    await mend()
  }
})

t.test('a client that may only have tokens at once cannot refresh', async (t) => {
  const mock = await startWorld(t, { fixture: demoWithClient({ AllowedOAuthFlows: ['implicit'] }) })
  const refresh = { grant_type: 'refresh_token', refresh_token: 'x' }
  const { status, body } = await postToken(mock, refresh, basic(mock.pool.client('web')))
  t.equal(status, 400)
  t.same(body, { error: 'unauthorized_client' })
  t.match(
    lastReason(mock),
    /client.grant-allowed: grant_type=refresh_token needs the OAuth flow code; .* implicit/,
  )
})

t.test('/oauth2/revoke looks at the client, then at the token', async (t) => {
  const mock = await startWorld(t, { fixture: demoWithClient({ EnableTokenRevocation: false }) })
  const post = async (fields: Record<string, string>, headers: Record<string, string>) => {
    await fetch(`${mock.url}/oauth2/revoke`, { method: 'POST', body: new URLSearchParams(fields), headers })
    return brokenRule(lastReason(mock))
  }
  const { access_token, refresh_token } = await freshTokens(mock)
  const { id } = mock.pool.client('web')
  const spa = { client_id: mock.pool.client('spa').id }
  t.equal(await post({}, {}), 'client.given')
  t.equal(await post({}, basic({ id, secret: 'wrong' })), 'client.secret')
  t.equal(await post({}, basic(mock.pool.client('web'))), 'revoke.token-given')
  t.equal(await post({ token: access_token }, basic(mock.pool.client('web'))), 'revoke.enabled')
  t.equal(await post({ token: access_token, ...spa }, {}), 'revoke.refresh-token')
  t.equal(await post({ token: refresh_token, ...spa }, {}), 'revoke.client')
})

t.test('a URL of /oauth2/authorize is good once nothing is wrong with it', async (t) => {
  const mock = await startWorld(t)
  t.equal((await fetch(authorizeUrl(mock), { redirect: 'manual' })).status, 302)
  t.notOk(mock.exchanges().some(({ verdicts }) => verdicts.some(({ holds }) => !holds)))
})
