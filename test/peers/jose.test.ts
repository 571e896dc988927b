// The tokens byte for byte, under the eyes of jose and of plain node:crypto: what people compare when they
// lay a token of the mock beside one of Cognito's. Orders and headers are those observed at AWS.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as jose from 'jose'
import t from 'tap'
import { startMocknito } from '../../src/start.ts'
import { alice, bob } from '../support/browser.ts'
import { shows } from '../support/world.ts'
import { logIn, refresh, type Tokens, tokensIn } from './log-in.ts'

const keyFolder = t.testdir()
const mock = await startMocknito({ keyFolder })
t.teardown(() => mock.close())

const { issuer, jwksUri } = mock.pool
const { id: clientId } = mock.pool.client('web')
const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/
const nonce = 'n-0S6_WzA2Mj'

// Before the login: the keys of a new folder take their time, and between two looks at the clock there should be none.
const published = (await (await fetch(jwksUri)).json()) as { keys: Required<jose.JWK>[] }
const answer = await logIn(mock, { nonce })
const text = await answer.text()
const tokens: Tokens = JSON.parse(text)
const keySet = jose.createRemoteJWKSet(new URL(jwksUri))

const headerBytes = (token: string) => Buffer.from(token.split('.', 1)[0] as string, 'base64url').toString()
const kidOf = (token: string) => String(jose.decodeProtectedHeader(token).kid)
const atHashOf = (accessToken: string) =>
  createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url')

t.test('jose verifies both tokens against the published keys', async (t) => {
  const id = await jose.jwtVerify(tokens.id_token, keySet, {
    issuer,
    audience: clientId,
    algorithms: ['RS256'],
  })
  const access = await jose.jwtVerify(tokens.access_token, keySet, { issuer, algorithms: ['RS256'] })
  t.equal(id.payload.token_use, 'id')
  t.equal(access.payload.token_use, 'access')
  t.equal(id.payload.sub, access.payload.sub)
})

t.test('jose refuses a token whose claims were changed', async (t) => {
  const [header, payload = '', signature] = tokens.access_token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const forged = Buffer.from(JSON.stringify({ ...claims, username: 'bob' })).toString('base64url')
  await t.rejects(jose.jwtVerify([header, forged, signature].join('.'), keySet), {
    code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  })
})

t.test('the header of a signed token is kid, alg and nothing else, in these bytes', async (t) => {
  shows(t, 'tokens.header')
  for (const token of [tokens.id_token, tokens.access_token]) {
    t.equal(headerBytes(token), `{"kid":"${kidOf(token)}","alg":"RS256"}`)
    t.match(token, /^eyJraWQiOi/, 'so it begins like a token of Cognito')
  }
})

t.test('the ID token and the access token are signed by different keys', async (t) => {
  shows(t, 'tokens.two-keys')
  const [one, other] = published.keys.map(({ kid }) => kid)
  t.not(one, other)
  t.strictSame([kidOf(tokens.id_token), kidOf(tokens.access_token)].sort(), [one, other].sort())
  const moduli = new Set(published.keys.map(({ n }) => n))
  t.equal(moduli.size, 2, 'two names for one key would not do')
})

t.test('the key set has exactly two RSA-2048 signing keys, members in alphabetical order', async (t) => {
  t.strictSame(Object.keys(published), ['keys'])
  t.equal(published.keys.length, 2)
  for (const key of published.keys) {
    t.strictSame(Object.keys(key), ['alg', 'e', 'kid', 'kty', 'n', 'use'], 'and nothing private')
    t.hasStrict(key, { alg: 'RS256', e: 'AQAB', kty: 'RSA', use: 'sig' })
    t.match(key.kid, /^[A-Za-z\d+/]{43}=$/, 'standard base64 of 32 bytes: 44 characters')
    t.match(key.n, /^[\w-]{342}$/, '256 bytes')
  }
})

t.test('the ID token of alice has the claims of Cognito, in the order of Cognito', async (t) => {
  shows(t, 'tokens.id-claims', 'tokens.no-acr')
  const claims = jose.decodeJwt(tokens.id_token)
  t.strictSame(Object.keys(claims), [
    'at_hash',
    'sub',
    'cognito:groups',
    'email_verified',
    'iss',
    'cognito:username',
    'nonce',
    'origin_jti',
    'aud',
    'event_id',
    'token_use',
    'auth_time',
    'exp',
    'iat',
    'jti',
    'email',
  ])
  t.hasStrict(claims, {
    'cognito:groups': ['admins'],
    email_verified: true,
    iss: issuer,
    'cognito:username': alice.username,
    nonce,
    aud: clientId,
    token_use: 'id',
    email: 'alice@example.com',
  })
  for (const claim of ['sub', 'origin_jti', 'event_id', 'jti']) t.match(claims[claim], uuid, claim)
})

t.test('the access token of alice has the claims of Cognito, in the order of Cognito', async (t) => {
  shows(t, 'tokens.access-claims')
  const claims = jose.decodeJwt(tokens.access_token)
  t.strictSame(Object.keys(claims), [
    'sub',
    'cognito:groups',
    'iss',
    'version',
    'client_id',
    'origin_jti',
    'event_id',
    'token_use',
    'scope',
    'auth_time',
    'exp',
    'iat',
    'jti',
    'username',
  ])
  t.hasStrict(claims, {
    'cognito:groups': ['admins'],
    iss: issuer,
    version: 2,
    client_id: clientId,
    token_use: 'access',
    username: alice.username,
  })
  for (const claim of ['sub', 'origin_jti', 'event_id', 'jti']) t.match(claims[claim], uuid, claim)
  t.strictSame(String(claims.scope).split(' ').sort(), [
    'aws.cognito.signin.user.admin',
    'email',
    'openid',
    'orders/read',
    'orders/write',
    'phone',
    'profile',
  ])
})

t.test('an access token has no audience, so whoever asks for one is disappointed as at AWS', async (t) => {
  await t.rejects(jose.jwtVerify(tokens.access_token, keySet, { audience: clientId }), {
    code: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
    claim: 'aud',
  })
})

t.test('the two tokens of a login belong together, and each has a name of its own', async (t) => {
  const id = jose.decodeJwt(tokens.id_token)
  const access = jose.decodeJwt(tokens.access_token)
  for (const claim of ['sub', 'origin_jti', 'event_id', 'auth_time', 'iat', 'iss'])
    t.equal(id[claim], access[claim], claim)
  t.not(id.jti, access.jti)
  t.equal(id.at_hash, atHashOf(tokens.access_token))
})

t.test('times are whole seconds, and expires_in is exp less iat', async (t) => {
  const { auth_time, exp, iat } = jose.decodeJwt<Record<'auth_time' | 'exp' | 'iat', number>>(
    tokens.access_token,
  )
  for (const time of [auth_time, exp, iat]) t.ok(Number.isInteger(time), String(time))
  t.equal(tokens.expires_in, exp - iat)
  t.equal(tokens.expires_in, 3600)
  t.ok(auth_time <= iat && iat - auth_time < 60, 'alice signed in just before')
})

t.test('who is in no group, and sends no nonce, has neither claim', async (t) => {
  const { id_token, access_token } = await tokensIn(await logIn(mock, { person: bob }))
  const id = jose.decodeJwt(id_token)
  t.equal(id['cognito:username'], 'bob')
  t.notOk('nonce' in id)
  t.notOk('cognito:groups' in id)
  t.notOk('cognito:groups' in jose.decodeJwt(access_token))
})

t.test('the body of the answer has the keys of Cognito, in the order of Cognito', async (t) => {
  shows(t, 'token.answer')
  t.match(text, /^\{"id_token":"eyJraWQiOi/)
  t.strictSame(Object.keys(tokens), ['id_token', 'access_token', 'refresh_token', 'expires_in', 'token_type'])
  t.equal(tokens.token_type, 'Bearer')
})

t.test('without openid there is no ID token', async (t) => {
  const answered = await tokensIn(await logIn(mock, { scope: 'orders/read' }))
  t.strictSame(Object.keys(answered), ['access_token', 'refresh_token', 'expires_in', 'token_type'])
  t.equal(jose.decodeJwt(answered.access_token).scope, 'orders/read')
})

t.test('the answer of the token endpoint carries the headers of Cognito', async (t) => {
  const { headers } = answer
  t.equal(answer.status, 200)
  t.equal(headers.get('content-type'), 'application/json;charset=UTF-8')
  t.match(headers.get('x-amz-cognito-request-id'), uuid)
  t.equal(headers.get('cache-control'), 'no-cache, no-store, max-age=0, must-revalidate')
  t.equal(headers.get('pragma'), 'no-cache')
  t.equal(headers.get('expires'), '0')
  t.equal(headers.get('x-content-type-options'), 'nosniff')
  t.equal(headers.get('x-xss-protection'), '1; mode=block')
  t.equal(headers.get('x-frame-options'), 'DENY')
  t.equal(headers.get('server'), 'Server')
  t.equal(headers.get('access-control-allow-origin'), '*')
  t.notOk(headers.has('strict-transport-security'), 'which would turn the whole of localhost to https')
  const [csrf, ...others] = headers.getSetCookie()
  t.match(csrf, /^XSRF-TOKEN=[\da-f-]{36}; Path=\/; HttpOnly; SameSite=Lax$/)
  t.strictSame(others, [])
})

t.test('a refresh token is an encrypted token with exactly the header of Cognito', async (t) => {
  shows(t, 'tokens.refresh')
  const parts = tokens.refresh_token.split('.')
  t.equal(parts.length, 5)
  t.equal(parts[0], 'eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ')
  t.equal(headerBytes(tokens.refresh_token), '{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}')
  t.match(tokens.refresh_token, /^[\w\-=.]+$/, 'the letters that the AWS API allows')
})

t.test('a refresh token is really encrypted: the key that this machine keeps opens it', async (t) => {
  const kept = JSON.parse(await readFile(join(keyFolder, `${mock.pool.id}.json`), 'utf8'))
  const opened = await jose.compactDecrypt(
    tokens.refresh_token,
    await jose.importJWK(kept.refresh, 'RSA-OAEP'),
  )
  const { payload } = jose.UnsecuredJWT.decode(new TextDecoder().decode(opened.plaintext), {
    issuer,
    subject: String(jose.decodeJwt(tokens.id_token).sub),
  })
  t.equal(payload.client_id, clientId)
  t.equal(payload.origin_jti, jose.decodeJwt(tokens.access_token).origin_jti)
  t.equal(Number(payload.exp) - Number(payload.iat), 30 * 24 * 3600, 'thirty days')

  await t.rejects(
    jose.compactDecrypt(tokens.refresh_token, await jose.importJWK(kept.id, 'RSA-OAEP')),
    { code: 'ERR_JWE_DECRYPTION_FAILED' },
    'and no other key does',
  )
})

t.test('two refresh tokens never share an initialization vector', async (t) => {
  const { refresh_token } = await tokensIn(await logIn(mock))
  const [one, other] = [tokens.refresh_token, refresh_token].map((token) => String(token.split('.')[2]))
  t.equal(Buffer.from(String(one), 'base64url').length, 12, '96 bits, as GCM wants')
  t.not(one, other)
})

t.test('a refresh brings new tokens of the same login, and no new refresh token', async (t) => {
  t.teardown(() => mock.pool.clock.reset())
  await mock.pool.clock.advance('10m')
  const renewed = await tokensIn(await refresh(mock, 'web', tokens.refresh_token))
  t.strictSame(Object.keys(renewed), ['id_token', 'access_token', 'expires_in', 'token_type'])

  const currentDate = mock.pool.clock.now()
  const id = (await jose.jwtVerify(renewed.id_token, keySet, { issuer, audience: clientId, currentDate }))
    .payload
  const access = (await jose.jwtVerify(renewed.access_token, keySet, { issuer, currentDate })).payload
  const before = jose.decodeJwt(tokens.access_token)
  for (const claims of [id, access]) {
    for (const claim of ['sub', 'origin_jti', 'auth_time']) t.equal(claims[claim], before[claim], claim)
    const later = Number(claims.iat) - Number(before.iat)
    t.ok(later >= 600 && later < 660, `issued ${later} s after the first ones`)
    t.not(claims.jti, before.jti)
  }
  t.equal(id.at_hash, atHashOf(renewed.access_token))
  t.equal(access.scope, before.scope)
})
