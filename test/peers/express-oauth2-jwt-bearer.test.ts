// An Express API that knows nothing of Cognito but its tokens: the recipe, run as it is printed, lets in who may come in, and
// refuses everything else in the words of express-oauth2-jwt-bearer.
import t from 'tap'
import { startMocknito } from '../../src/start.ts'
import { bob } from '../support/browser.ts'
import { basic, postToken } from '../support/oauth.ts'
import { runRecipe } from '../support/recipe.ts'
import { type Login, logIn, type Tokens, tokensIn } from './log-in.ts'

const page = 'express-oauth2-jwt-bearer'
const mock = await startMocknito()
t.teardown(() => mock.close())

const tokensOf = async (login: Login = {}, world = mock): Promise<Tokens> =>
  tokensIn(await logIn(world, login))

/** Asks an API with a token, or with none. */
async function ask(url: string, token?: string) {
  const answer = await fetch(
    url,
    token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
  )
  return {
    status: answer.status,
    challenge: answer.headers.get('www-authenticate'),
    body: answer.ok ? await answer.json() : await answer.text(),
  }
}

const refusal = (status: number, error: string, description: string) => ({
  status,
  challenge: `Bearer realm="api", error="${error}", error_description="${description}"`,
})

t.test('an API lets in the access tokens of its clients', async (t) => {
  const url = await runRecipe(t, page, 'api.mjs', { COGNITO_ISSUER: mock.pool.issuer }).url

  t.test('of people, and of machines', async (t) => {
    const { access_token } = await tokensOf({ scope: 'openid orders/read' })
    t.match(await ask(url, access_token), { status: 200, body: { ordersOf: 'alice' } })
    const { access_token: ofBob } = await tokensOf({ client: 'spa', person: bob })
    t.match(await ask(url, ofBob), { status: 200, body: { ordersOf: 'bob' } })
    const machine = mock.pool.client('machine')
    const { body } = await postToken(mock, { grant_type: 'client_credentials' }, basic(machine))
    t.match(await ask(url, String(body.access_token)), { status: 200, body: { ordersOf: machine.id } })
  })

  t.test('but nobody without one', async (t) => {
    t.match(await ask(url), { status: 401, challenge: 'Bearer realm="api"' })
  })

  t.test('nor one without the scope', async (t) => {
    const { access_token } = await tokensOf({ scope: 'openid orders/write' })
    const { status, challenge } = await ask(url, access_token)
    t.equal(status, 403)
    t.match(challenge, /error="insufficient_scope".*scope="orders\/read"/)
  })

  t.test('nor an ID token', async (t) => {
    const { id_token } = await tokensOf()
    t.match(await ask(url, id_token), refusal(401, 'invalid_token', "Unexpected 'token_use' value"))
  })

  t.test('nor one of a client that is not ours', async (t) => {
    const { access_token } = await tokensOf({ client: 'app' })
    t.match(await ask(url, access_token), refusal(401, 'invalid_token', "Unexpected 'client_id' value"))
  })

  t.test('nor one past its time', async (t) => {
    await mock.pool.clock.advance('-2h')
    const { access_token } = await tokensOf()
    await mock.pool.clock.reset()
    const expected = refusal(401, 'invalid_token', "'exp' claim timestamp check failed")
    t.match(await ask(url, access_token), expected)
  })

  t.test('nor one of another issuer, though the keys are the same', async (t) => {
    const other = await startMocknito()
    t.teardown(() => other.close())
    const { access_token } = await tokensOf({}, other)
    t.match(await ask(url, access_token), refusal(401, 'invalid_token', "Unexpected 'iss' value"))
  })

  t.test('nor one that was changed on its way', async (t) => {
    const [header, payload = '', signature] = (await tokensOf()).access_token.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const forged = Buffer.from(JSON.stringify({ ...claims, username: 'bob' })).toString('base64url')
    const expected = refusal(401, 'invalid_token', 'signature verification failed')
    t.match(await ask(url, [header, forged, signature].join('.')), expected)
  })
})

t.test('an API to which tokens are bound lets in those that are bound to it', async (t) => {
  const resource = 'https://api.example.com'
  const url = await runRecipe(t, page, 'bound-api.mjs', { COGNITO_ISSUER: mock.pool.issuer }).url
  const bound = await tokensOf({ resource })
  t.match(await ask(url, bound.access_token), { status: 200, body: { ordersOf: 'alice' } })
  const expected = refusal(401, 'invalid_token', "Unexpected 'aud' value")
  for (const login of [{}, { resource: 'https://elsewhere.example.com' }])
    t.match(await ask(url, (await tokensOf(login)).access_token), expected)
  t.equal((await ask(url, bound.id_token)).status, 401, 'and no ID token, whose audience is the client')
})
