// The further parameters of /oauth2/authorize and /login: the implicit grant, sessions and `prompt`, hints, languages,
// providers and resources; and where the classic pages and managed login differ.
import { createHash } from 'node:crypto'
import t from 'tap'
import { alice, type Browser, createBrowser } from '../../support/browser.ts'
import { demoWithClient, managedDemo } from '../../support/fixtures.ts'
import { authorizeUrl, claimsOf } from '../../support/oauth.ts'
import { lastReason, shows, startWorld } from '../../support/world.ts'

const implicit = { AllowedOAuthFlows: ['code', 'implicit'] as ('code' | 'implicit')[] }

const fragmentOf = (url: URL) => new URLSearchParams(url.hash.slice(1))

t.test('the implicit grant: tokens in the fragment, no refresh token', async (t) => {
  shows(t, 'authorize.implicit', 'tokens.at-hash')
  const mock = await startWorld(t, { fixture: demoWithClient(implicit) })
  const url = authorizeUrl(mock, { response_type: 'token', nonce: 'n', scope: 'openid email' })
  const browser = createBrowser()
  const page = await browser.follow(url)
  const { location, status } = await browser.submit(page, { ...alice })
  t.equal(status, 302)
  t.equal(location?.search, '')
  const answer = fragmentOf(location as URL)
  t.same([...answer.keys()], ['id_token', 'access_token', 'expires_in', 'token_type', 'state'])
  t.equal(answer.get('expires_in'), '3600')
  t.equal(answer.get('token_type'), 'Bearer')
  t.equal(answer.get('state'), 'some-state')
  const accessToken = answer.get('access_token') as string
  const claims = claimsOf(answer.get('id_token') as string)
  t.equal(claims.nonce, 'n')
  t.equal(
    claims.at_hash,
    createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url'),
  )
  t.match(claimsOf(accessToken), { scope: 'openid email', version: 2, token_use: 'access' })

  const resource = 'https://api.example.com'
  const bound = await browser.get(authorizeUrl(mock, { response_type: 'token', resource }))
  t.equal(claimsOf(fragmentOf(bound.location as URL).get('access_token') as string).aud, resource)

  const silent = await browser.get(authorizeUrl(mock, { response_type: 'token', scope: 'orders/read' }))
  t.same(
    [...fragmentOf(silent.location as URL).keys()],
    ['access_token', 'expires_in', 'token_type', 'state'],
    'no ID token without openid',
  )
})

t.test('max_age asks again for a password that is too old, on both kinds of pages', async (t) => {
  for (const fixture of [demoWithClient({}), managedDemo()]) {
    const mock = await startWorld(t, { fixture })
    const browser = createBrowser()
    await browser.signIn(authorizeUrl(mock), alice)
    const isSilent = async (max_age: string) =>
      (await browser.get(authorizeUrl(mock, { max_age }))).location?.searchParams.has('code')
    t.equal(await isSilent('60'), true)
    await mock.pool.clock.advance('61s')
    t.equal(await isSilent('60'), false)
    t.match(lastReason(mock), /session.max-age: the user authenticated 6[12] s ago, and max_age is 60/)
    t.equal(await isSilent('3000'), true)
    t.equal(await isSilent('soon'), true, 'what is no number is not looked at')
    const page = await browser.follow(authorizeUrl(mock, { max_age: '60' }))
    t.match(page.body, /name="password"/, 'and the page asks for a password, not to continue')
  }
})

/** Where prompt leads a browser: back to the app with a code, to the page, or back with an error. */
async function outcome(browser: Browser, url: string): Promise<string> {
  const { location } = await browser.get(url)
  if (location?.searchParams.has('code')) return 'code'
  return location?.pathname === '/login' ? 'page' : (location?.search ?? '')
}

t.test('prompt is for managed login', async (t) => {
  shows(t, 'authorize.prompt', 'authorize.prompt-none-code', 'authorize.login-required-order')
  const mock = await startWorld(t, { fixture: managedDemo(implicit) })
  const somebody = createBrowser()
  await somebody.signIn(authorizeUrl(mock), alice)
  const nobody = createBrowser()
  for (const [prompt, withSession, without] of [
    [undefined, 'code', 'page'],
    ['none', 'code', '?error=login_required&state=some-state'],
    ['login', 'page', 'page'],
    ['select_account', 'code', 'page'],
    ['consent', 'code', 'page'],
    ['select_account consent', 'code', 'page'],
    ['login consent', 'page', 'page'],
    ['none login', '?error=login_required&state=some-state', '?error=login_required&state=some-state'],
    ['none consent', 'code', '?error=login_required&state=some-state'],
  ] as const) {
    t.equal(await outcome(somebody, authorizeUrl(mock, { prompt })), withSession, `${prompt}, with a session`)
    t.equal(await outcome(nobody, authorizeUrl(mock, { prompt })), without, `${prompt}, without`)
  }
  t.equal(await outcome(somebody, authorizeUrl(mock)), 'code', 'prompt=login has not ended the session')
  const toPage = await somebody.get(authorizeUrl(mock, { prompt: 'login' }))
  t.match(toPage.headers.get('location'), /&prompt=login$/)

  await mock.pool.clock.advance('61s')
  const stale = authorizeUrl(mock, { prompt: 'none', max_age: '60' })
  t.equal(await outcome(somebody, stale), '?error=login_required&state=some-state', 'a password too old')

  const bare = await nobody.get(authorizeUrl(mock, { prompt: 'none', state: undefined }))
  t.match(bare.headers.get('location'), /callback\?error=login_required$/)
  t.match(
    lastReason(mock),
    /authorize.prompt-none: prompt is none, and the browser has no session that would do/,
  )
  const hidden = await nobody.get(authorizeUrl(mock, { prompt: 'none', response_type: 'token' }))
  t.match(hidden.headers.get('location'), /callback#error=login_required&state=some-state$/)
})

t.test('the classic pages do not look at prompt', async (t) => {
  shows(t, 'authorize.classic-prompt')
  const mock = await startWorld(t)
  const browser = createBrowser()
  t.equal(await outcome(browser, authorizeUrl(mock, { prompt: 'none' })), 'page')
  await browser.signIn(authorizeUrl(mock), alice)
  t.equal(await outcome(browser, authorizeUrl(mock, { prompt: 'login' })), 'code')
})

t.test('/login with a session asks, on the classic pages, who it is going to be', async (t) => {
  shows(t, 'login.continue-as')
  const mock = await startWorld(t)
  const browser = createBrowser()
  const login = authorizeUrl(mock, { state: '"<&' }).replace('/oauth2/authorize', '/login')
  await browser.signIn(authorizeUrl(mock), alice)
  const page = await browser.get(login)
  t.equal(page.status, 200)
  t.match(page.body, /value="Sign In as alice"/)
  t.match(page.body, /Sign in as a different user\?/)
  t.notMatch(page.body, /cognitoSignInForm/)

  const form = Object.fromEntries(
    [...page.body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [
      name,
      value
        ?.replaceAll('&quot;', '"')
        .replaceAll('&lt;', '<')
        .replaceAll('&amp;', '&')
        .replaceAll('&#x3D;', '='),
    ]),
  ) as Record<string, string>
  const goingOn = await browser.get(`${mock.url}/oauth2/authorize?${new URLSearchParams(form)}`)
  t.equal(goingOn.location?.searchParams.get('state'), '"<&')
  t.ok(goingOn.location?.searchParams.get('code'))

  const other = /href="([^"]*logout[^"]*)"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&') as string
  const asSomeoneElse = await browser.follow(`${mock.url}${other}`)
  t.match(asSomeoneElse.body, /cognitoSignInForm/, 'and it is signed out')
})

t.test('managed login fills the hinted name in, and remembers the language', async (t) => {
  shows(t, 'login.hint', 'login.language', 'login.classic')
  const mock = await startWorld(t, { fixture: managedDemo() })
  const browser = createBrowser()
  const page = await browser.follow(authorizeUrl(mock, { login_hint: 'a"b@example.com', lang: 'pt-BR' }))
  t.match(page.body, /value="a&quot;b@example.com"/)
  t.equal(browser.cookie(mock.url, 'lang'), 'pt-BR')
  await browser.follow(authorizeUrl(mock, { lang: 'tlh' }))
  t.equal(browser.cookie(mock.url, 'lang'), 'pt-BR', 'a language that Cognito does not have changes nothing')
  await browser.follow(authorizeUrl(mock, { lang: 'de' }))
  t.equal(browser.cookie(mock.url, 'lang'), 'de')

  const classic = await startWorld(t)
  const other = createBrowser()
  const plain = await other.follow(authorizeUrl(classic, { login_hint: 'alice', lang: 'de' }))
  t.notMatch(plain.body, /value="alice"/, 'the classic page knows neither')
  t.equal(other.cookie(classic.url, 'lang'), undefined)
})

t.test('identity_provider: COGNITO is the page itself, another one has to be there', async (t) => {
  shows(t, 'authorize.cognito-provider')
  const mock = await startWorld(t)
  const { location } = await createBrowser().get(authorizeUrl(mock, { identity_provider: 'COGNITO' }))
  t.equal(location?.pathname, '/login')
  t.equal(location?.searchParams.get('identity_provider'), 'COGNITO')
  for (const [asked, reason] of [
    [
      { identity_provider: 'Facebook' },
      /identity-provider: identity_provider is Facebook; client web has COGNITO/,
    ],
    [
      { idp_identifier: 'example.com' },
      /idp_identifier is example.com; the providers of client web have none/,
    ],
  ] as const) {
    const answer = await createBrowser().get(authorizeUrl(mock, asked))
    t.equal(
      answer.headers.get('location'),
      '/error?error=Login+option+is+not+available.+Please+try+another+one&client_id=mockwebclient0000000000001',
    )
    t.match(lastReason(mock), reason)
  }
})

t.test('resource: https, http on localhost, or a scheme of its own', async (t) => {
  const mock = await startWorld(t)
  const refused = '?state=some-state&error=invalid_request'
  for (const [resource, expected] of [
    ['https://api.example.com', 'page'],
    ['http://localhost', 'page'],
    ['http://localhost:3000/x', 'page'],
    ['myapp://orders', 'page'],
    ['http://api.example.com', refused],
    ['http://localhost.evil.example', refused],
    ['api.example.com', refused],
    ['urn:orders', refused],
  ] as const)
    t.equal(await outcome(createBrowser(), authorizeUrl(mock, { resource })), expected, resource)
  t.match(
    lastReason(mock),
    /authorize.resource: resource is urn:orders, expected https:\/\/…, http:\/\/localhost…/,
  )
})

t.test('acr_values is accepted, and nothing comes of it', async (t) => {
  shows(t, 'authorize.acr-values')
  const mock = await startWorld(t, { fixture: managedDemo() })
  const browser = createBrowser()
  await browser.signIn(authorizeUrl(mock, { acr_values: 'urn:cognito:loa:1 urn:unknown' }), alice)
  t.equal(await outcome(browser, authorizeUrl(mock, { acr_values: 'urn:cognito:loa:1' })), 'code')
})
