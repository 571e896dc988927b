// People who come from an identity provider: the whole round trip over the wire, from /oauth2/authorize to the stand-in, back
// to /oauth2/idpresponse or /saml2/idpresponse, and with a code to the app; who the user is then, and what goes wrong.
import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { authorizationRequest } from '../../src/idp/domain/authorize/index.ts'
import type { Client } from '../../src/idp/domain/client.ts'
import { openStep } from '../../src/idp/domain/continuations.ts'
import { keepAnswer, redeemAnswer, takeWaiting } from '../../src/idp/domain/federation/come-back.ts'
import type { IdentityProvider } from '../../src/idp/domain/federation/identity-provider.ts'
import { leaveFor } from '../../src/idp/domain/federation/leave.ts'
import { signedOutTarget } from '../../src/idp/domain/federation/single-logout.ts'
import type { Trail } from '../../src/idp/domain/trail.ts'
import { createWorld, type UserPool } from '../../src/idp/domain/user-pool.ts'
import { buildWorld } from '../../src/idp/fixture/build.ts'
import type { Fixture, PoolFixture } from '../../src/idp/fixture/fixture.ts'
import { memoryStores } from '../../src/idp/stores/memory-stores.ts'
import type { StartedMocknito } from '../../src/start.ts'
import { type Browser, createBrowser, type Page } from '../support/browser.ts'
import { federation, managedFederation } from '../support/fixtures.ts'
import { authorizeUrl, claimsOf, exchange } from '../support/oauth.ts'
import { lastReason, shows, startWorld } from '../support/world.ts'

const callback = 'http://localhost:9401/auth/callback'
const hannah = '108204268033311374519'
const mail = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress'

const start = (t: Test, fixture: Fixture = federation()) => startWorld(t, { fixture })

type Filled = Readonly<Record<string, string>>

const invented = (claims: Filled): Filled => ({
  answer: 'new',
  ...Object.fromEntries(Object.entries(claims).map(([name, value]) => [`claims[${name}]`, value])),
})

/** From the app to the stand-in; whoever is signed in is signed out first. */
async function goTo(
  mock: StartedMocknito,
  provider: string,
  overrides: Readonly<Record<string, string | undefined>> = {},
  browser: Browser = createBrowser(),
): Promise<Page> {
  await mock.pool.auth.endSso()
  return browser.follow(authorizeUrl(mock, { identity_provider: provider, ...overrides }))
}

/** Fills in the stand-in, and follows to the app or to the error page. */
async function answer(browser: Browser, standIn: Page, filledIn: Filled): Promise<Page> {
  let page = await browser.submit(standIn, filledIn)
  if (page.body.includes('name="SAMLResponse"')) page = await browser.submit(page, {})
  if (page.location?.pathname === '/oauth2/idpresponse') page = await browser.get(page.location)
  return page
}

/** The whole trip. */
async function comeFrom(
  mock: StartedMocknito,
  provider: string,
  filledIn: Filled,
  overrides: Readonly<Record<string, string | undefined>> = {},
  browser = createBrowser(),
): Promise<string> {
  const page = await answer(browser, await goTo(mock, provider, overrides, browser), filledIn)
  return page.headers.get('location') ?? `no redirect: ${page.status}`
}

async function tokensAt(mock: StartedMocknito, location: string) {
  const code = new URL(location).searchParams.get('code') as string
  const { body } = await exchange(mock, code)
  return { id: claimsOf(body.id_token as string), access: claimsOf(body.access_token as string) }
}

/** What the app is told, without the callback. */
const told = (location: string): string => location.replace(`${callback}?`, '')

t.test('who sees no page needs no branding style', async (t) => {
  const mock = await startWorld(t, {
    fixture: managedFederation(),
    switches: { 'missing-style': 'unavailable' },
  })
  t.match(await comeFrom(mock, 'Google', { person: hannah }), /[?&]code=/)
})

t.test('the way out: straight to the provider, with a state and two cookies', async (t) => {
  shows(t, 'authorize.to-provider', 'authorize.csrf-state')
  const mock = await start(t)
  const browser = createBrowser()
  const out = await browser.get(authorizeUrl(mock, { identity_provider: 'Google' }))
  t.equal(out.status, 302)
  t.equal(out.location?.pathname, '/_mock/providers/us-east-1_FederatedPool/Google')
  t.match(Object.fromEntries(out.location?.searchParams ?? []), {
    client_id: '1234567890-example.apps.googleusercontent.com',
    redirect_uri: `${mock.url}/oauth2/idpresponse`,
    response_type: 'code',
    scope: 'openid email profile',
    state: /^[\w-]{32}$/,
  })
  const cookies = out.headers.getSetCookie()
  t.match(cookies[1], /^csrf-state=[0-9a-f-]{36}; Path=\/; HttpOnly; SameSite=None$/)
  t.match(cookies[2], /^csrf-state-legacy=[0-9a-f-]{36}; Path=\/; HttpOnly$/)

  const places = async (
    overrides: Readonly<Record<string, string | undefined>>,
    path = '/oauth2/authorize',
  ) =>
    (await createBrowser().get(authorizeUrl(mock, overrides).replace('/oauth2/authorize', path))).location
      ?.pathname
  const corp = '/_mock/providers/us-east-1_FederatedPool/Example-Corp'
  t.equal(await places({ idp_identifier: 'example.com' }), corp, 'by another of its names')
  t.equal(await places({ identity_provider: 'Example-Corp' }, '/login'), corp, 'from /login as well')
  const staff = mock.pool.client('staff').id
  t.equal(await places({ client_id: staff }), corp, 'the only provider of the client, unasked')
  t.equal(await places({ client_id: mock.pool.client('social').id }), '/login', 'there is a choice')
  const saml = (await createBrowser().get(authorizeUrl(mock, { identity_provider: 'Partner' }))).location
  t.match([...(saml?.searchParams.keys() ?? [])], ['RelayState'])
})

t.test('a provider that the client does not have', async (t) => {
  const mock = await start(t)
  const staff = mock.pool.client('staff').id
  const url = (overrides: Filled) => authorizeUrl(mock, { client_id: staff, ...overrides })
  for (const [overrides, reason] of [
    [{ identity_provider: 'Google' }, /identity_provider is Google; client staff has Example-Corp/],
    [{ identity_provider: 'COGNITO' }, /identity_provider is COGNITO; client staff has Example-Corp/],
    [
      { idp_identifier: 'partner.example.com' },
      /idp_identifier is partner.example.com; the providers of client staff have example.com/,
    ],
  ] as const) {
    const { headers } = await createBrowser().get(url(overrides))
    t.equal(
      headers.get('location'),
      `/error?error=Login+option+is+not+available.+Please+try+another+one&client_id=${staff}`,
    )
    t.match(lastReason(mock), reason)
  }
  const social = authorizeUrl(mock, {
    client_id: mock.pool.client('social').id,
    idp_identifier: 'example.com',
  })
  await createBrowser().get(social)
  t.match(lastReason(mock), /the providers of client social have none/)
})

t.test('a client without any provider lets nobody in', async (t) => {
  const mock = await start(
    t,
    federation((pool) => {
      Object.assign(pool.Clients?.[0] as object, { SupportedIdentityProviders: [] })
    }),
  )
  const person = { username: 'alice', password: 'Passw0rd!' }
  const location = await createBrowser().signIn(authorizeUrl(mock), person)
  t.equal(location.searchParams.get('error'), 'Login option is not available. Please try another one')
  t.match(lastReason(mock), /client web has no identity provider, and not COGNITO/)
})

t.test('the first login makes the user, the second finds the same one', async (t) => {
  shows(t, 'federation.user', 'federation.mapping', 'federation.session', 'tokens.identities')
  const mock = await start(t)
  const zoe = { sub: '42', email: 'zoe@example.org', name: 'Zoe', locale: 'de' }
  const browser = createBrowser()
  const location = await comeFrom(mock, 'Google', invented(zoe), {}, browser)
  t.match(location, /^http:\/\/localhost:9401\/auth\/callback\?code=[0-9a-f-]{36}&state=some-state$/)
  t.match(browser.cookie(mock.url, 'cognito'), /^"[\w-]+"$/)
  t.equal(browser.cookie(mock.url, 'csrf-state'), undefined, 'and what held the trip together is gone')
  t.equal(browser.cookie(mock.url, 'csrf-state-legacy'), undefined)

  const user = await mock.pool.users.get('Google_42')
  t.match(user, {
    username: 'Google_42',
    status: 'EXTERNAL_PROVIDER',
    enabled: true,
    attributes: { email: 'zoe@example.org', email_verified: 'false', name: 'Zoe' },
    groups: ['us-east-1_FederatedPool_Google'],
  })
  t.notOk('locale' in (user?.attributes ?? {}), 'what is not mapped is not kept')
  const dateCreated = JSON.parse(user?.attributes.identities as string)[0].dateCreated
  t.strictSame(JSON.parse(user?.attributes.identities as string), [
    {
      userId: '42',
      providerName: 'Google',
      providerType: 'Google',
      issuer: null,
      primary: true,
      dateCreated,
    },
  ])

  const { id, access } = await tokensAt(mock, location)
  t.strictSame(id.identities, [
    {
      userId: '42',
      providerName: 'Google',
      providerType: 'Google',
      issuer: null,
      primary: 'true',
      dateCreated: String(dateCreated),
    },
  ])
  t.match(id, { 'cognito:username': 'Google_42', email: 'zoe@example.org', email_verified: false })
  t.strictSame(id['cognito:groups'], ['us-east-1_FederatedPool_Google'])
  t.equal(access.username, 'Google_42')
  t.match(id.nonce, /^[\w-]{32}$/, 'Cognito adds a nonce where the app sent none')

  const silent = await browser.get(authorizeUrl(mock))
  t.ok(silent.location?.searchParams.has('code'), 'the session is one like any other')

  const later = await comeFrom(
    mock,
    'Google',
    invented({ sub: '42', email: 'z@example.org', email_verified: 'true' }),
    { nonce: 'n-1' },
  )
  const second = await tokensAt(mock, later)
  t.equal(second.id.sub, id.sub)
  t.equal(second.id.nonce, 'n-1')
  t.match(second.id, { email: 'z@example.org', email_verified: true, name: 'Zoe' }, 'what came is new')
  t.equal((await mock.pool.users.list()).filter(({ username }) => username === 'Google_42').length, 1)
  t.match(
    (await createBrowser()
      .signIn(authorizeUrl(mock), { username: 'Google_42', password: '' })
      .catch(String)) as string,
    /is not let in/,
  )
})

t.test('many at once who are the same person are one user', async (t) => {
  const mock = await start(t)
  await Promise.all(
    Array.from({ length: 5 }, () => comeFrom(mock, 'Google', invented({ sub: '7', name: 'Seven' }))),
  )
  t.equal((await mock.pool.users.list()).filter(({ username }) => username === 'Google_7').length, 1)
})

t.test('people of the fixture: the stand-in knows them, and the login finds them', async (t) => {
  const mock = await start(t)
  const page = await goTo(mock, 'Google')
  t.match(page.body, 'Hannah Example')
  t.match(page.body, 'Google_117204598733021847732')
  t.notMatch(page.body, 'Example-Corp_jo', 'each provider has its own people')
  const before = (await mock.pool.users.get(`Google_${hannah}`))?.sub
  const { id } = await tokensAt(mock, await comeFrom(mock, 'Google', { person: hannah }))
  t.equal(id.sub, before)
  t.match(id, { name: 'Hannah Example', email_verified: true })
  t.strictSame(id['cognito:groups'], ['us-east-1_FederatedPool_Google'])

  const browser = createBrowser()
  const again = await browser.submit(await goTo(mock, 'Google', {}, browser), { person: 'nobody' })
  t.match(again.body, 'There is nobody with this id.')

  const corp = await tokensAt(mock, await comeFrom(mock, 'Example-Corp', { person: 'jo' }))
  t.match(corp.id.identities, [{ userId: 'jo', providerType: 'OIDC', issuer: null }])
})

t.test('SAML: the browser posts the assertion', async (t) => {
  const mock = await start(t)
  const kim = 'kim@partner.example.com'
  const browser = createBrowser()
  const page = await goTo(mock, 'Partner', {}, browser)
  t.match(
    page.body,
    'for="claim-1" title="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"',
  )
  const assertion = await browser.submit(page, { person: kim })
  t.match(assertion.body, `action="${mock.url}/saml2/idpresponse"`)
  const done = await browser.submit(assertion, {})
  const { id } = await tokensAt(mock, done.headers.get('location') as string)
  t.match(id.identities, [{ userId: kim, providerType: 'SAML', issuer: 'https://saml.example.com/metadata' }])
  t.match(id, { 'cognito:username': `Partner_${kim}`, email: kim, family_name: 'Example' })

  const fresh = await comeFrom(mock, 'Partner', invented({ NameID: 'lu', [mail]: 'lu@partner.example.com' }))
  t.match((await tokensAt(mock, fresh)).id, {
    'cognito:username': 'Partner_lu',
    email: 'lu@partner.example.com',
  })
  t.equal(told(await comeFrom(mock, 'Partner', { answer: 'cancel' })), 'state=some-state&error=access_denied')
  t.equal(told(await comeFrom(mock, 'Partner', { answer: 'fail' })), 'state=some-state&error=server_error')
})

t.test('without the state and its cookie nobody is sent anywhere', async (t) => {
  const mock = await start(t)
  const errorPage = '/error?error=Invalid+State'
  const back = async (browser: Browser, url: string | URL, reason: RegExp) => {
    const { headers, status } = await browser.get(url)
    t.equal(status, 302)
    t.equal(headers.get('location'), errorPage)
    t.match(lastReason(mock), reason)
  }
  const idpresponse = `${mock.url}/oauth2/idpresponse`
  await back(createBrowser(), idpresponse, /^federation\.state: the answer of the provider has no state/)
  await back(createBrowser(), `${idpresponse}?code=x&state=made-up`, /no login is waiting for an answer/)

  const browser = createBrowser()
  const pick = async () =>
    (await browser.submit(await goTo(mock, 'Google', {}, browser), { person: hannah })).location as URL
  const stolen = await pick()
  await back(createBrowser(), stolen, /^federation\.cookie: the browser brought no csrf-state cookie/)
  const first = await pick()
  const second = await pick()
  await back(browser, first, /the csrf-state cookie is that of another login/)
  t.match((await browser.get(second)).location, { pathname: '/auth/callback' })
  await back(browser, second, /^federation\.state: no login is waiting/)

  const slow = await pick()
  await mock.pool.clock.advance('5m')
  await back(browser, slow, /^federation\.lifetime: the browser was at the provider for too long/)

  const page = await goTo(mock, 'Google', {}, browser)
  const state = new URL(page.url).searchParams.get('state') as string
  const posted = await browser.post(`${mock.url}/saml2/idpresponse`, { RelayState: state, SAMLResponse: 'x' })
  t.equal(posted.headers.get('location'), errorPage, 'a state belongs to the binding of its provider')
  const twice = await pick()
  const both = await Promise.all([browser.get(twice), browser.get(twice)])
  t.same(
    both.map(({ location }) => location?.pathname).sort(),
    ['/auth/callback', '/error'],
    'of two at once one gets through',
  )
  const bare = await fetch(`${mock.url}/saml2/idpresponse`, { method: 'POST', redirect: 'manual' })
  t.equal(bare.headers.get('location'), errorPage, 'nothing at all was posted')
  const shown = await browser.follow(`${idpresponse}?state=x`)
  t.equal(shown.status, 400)
  t.match(shown.body, 'Invalid State')
  t.equal((await createBrowser().get(`${mock.url}/saml2/idpresponse`)).status, 405)
})

t.test('what the provider answers instead', async (t) => {
  const mock = await start(t)
  const invalid = (description: string) =>
    `error_description=${description}&state=some-state&error=invalid_request`
  const rows: [provider: string, filledIn: Filled, location: string, reason: RegExp][] = [
    [
      'Google',
      { answer: 'cancel' },
      'state=some-state&error=access_denied',
      /^federation\.answer: Google answers access_denied/,
    ],
    [
      'Google',
      { answer: 'fail', failure: 'server_error' },
      'state=some-state&error=server_error',
      /Google answers server_error/,
    ],
    [
      'Google',
      { answer: 'fail', failure: 'token-error' },
      invalid('Google+Error+-+400+invalid_grant'),
      /^federation\.back-channel: the stand-in for Google was told to fail: token-error/,
    ],
    [
      'Example-Corp',
      { answer: 'fail', failure: 'token-error' },
      invalid('Example-Corp+Error+-+400+error+getting+token'),
      /token-error/,
    ],
    [
      'Example-Corp',
      { answer: 'fail', failure: 'token-timeout' },
      invalid('Timeout+occurred+in+calling+IdP+token+endpoint'),
      /token-timeout/,
    ],
    [
      'Example-Corp',
      { answer: 'fail', failure: 'jwks-timeout' },
      invalid('error_description%3DTimeout+in+calling+jwks+uri'),
      /jwks-timeout/,
    ],
    [
      'Facebook',
      { answer: 'fail', failure: 'jwks-timeout' },
      'state=some-state&error=server_error',
      /it has no keys|server_error/,
    ],
    [
      'Facebook',
      { answer: 'fail', failure: 'connection-reset' },
      invalid('Connection+reset'),
      /connection-reset/,
    ],
    ['Facebook', { answer: 'fail', failure: 'read-timeout' }, invalid('Read+timed+out'), /read-timeout/],
  ]
  for (const [provider, filledIn, location, reason] of rows) {
    t.equal(told(await comeFrom(mock, provider, filledIn)), location, JSON.stringify(filledIn))
    t.match(lastReason(mock), reason)
  }
  const browser = createBrowser()
  const described = async (query: Filled) => {
    const { searchParams } = new URL((await goTo(mock, 'Google', {}, browser)).url)
    const state = searchParams.get('state') as string
    const url = `${mock.url}/oauth2/idpresponse?${new URLSearchParams({ state, ...query })}`
    return told((await browser.get(url)).headers.get('location') as string)
  }
  t.equal(
    await described({ error: 'access_denied', error_description: 'Permissions error' }),
    'error_description=Permissions+error&state=some-state&error=access_denied',
    'in the words of the provider',
  )
  t.equal(
    await described({ code: 'made-up' }),
    'error_description=Exception+processing+authorization+code&state=some-state&error=server_error',
  )
  t.match(lastReason(mock), /^federation\.code: what came back is no code or assertion of Google/)
  t.match(await described({}), /^error_description=Exception\+processing/)

  const late = (await browser.submit(await goTo(mock, 'Google', {}, browser), { person: hannah }))
    .location as URL
  await mock.pool.clock.advance('1m')
  t.match((await browser.get(late)).headers.get('location'), /Exception\+processing/, 'nor is an old one')

  const jo = (await browser.submit(await goTo(mock, 'Example-Corp', {}, browser), { person: 'jo' })).location
  const swapped = await described({ code: jo?.searchParams.get('code') as string })
  t.match(swapped, /^error_description=Exception\+processing/, 'the code of another provider is none')
})

t.test('acr and amr of somebody who comes from a provider, who cannot be asked for more', async (t) => {
  const mock = await startWorld(t, {
    fixture: federation((pool) => {
      pool.UserPool.MfaConfiguration = 'OPTIONAL'
    }),
    switches: { 'acr-amr': 'issued' },
  })
  const browser = createBrowser()
  const location = await comeFrom(mock, 'Google', { person: hannah }, {}, browser)
  const { id, access } = await tokensAt(mock, location)
  for (const claims of [id, access]) t.match(claims, { acr: 'urn:cognito:loa:1', amr: ['fed'] })
  const silent = await browser.get(authorizeUrl(mock, { acr_values: 'urn:cognito:loa:3' }))
  t.strictSame((await tokensAt(mock, String(silent.location))).id.amr, ['fed'])
  const answered = await mock.pool.auth.follow(authorizeUrl(mock), {
    provider: 'Google',
    claims: { sub: hannah },
  })
  t.strictSame((await tokensAt(mock, answered.callbackUrl)).id.amr, ['fed'])
  const { idToken = '' } = await mock.pool.tokens.set({ user: `Google_${hannah}` })
  t.strictSame(claimsOf(idToken).amr, ['fed'])
})

t.test('who cannot be let in', async (t) => {
  const mock = await start(
    t,
    federation((pool) => {
      pool.UserPool.SchemaAttributes = [
        { Name: 'email', Required: true },
        { Name: 'family_name', Mutable: false },
        { Name: 'name', StringAttributeConstraints: { MaxLength: '5' } },
      ]
      pool.Users?.push({ Username: 'Google_9' })
    }),
  )
  await mock.pool.users.patch(`Google_${hannah}`, { enabled: false })
  const invalid = (description: string) =>
    `error_description=${description}&state=some-state&error=invalid_request`
  const rows: [provider: string, filledIn: Filled, location: string, reason: RegExp][] = [
    [
      'Google',
      { person: hannah },
      invalid('User+is+disabled.'),
      /^federation\.user-enabled: Google_\d+ is disabled/,
    ],
    [
      'Google',
      invented({ sub: '1' }),
      invalid('attributes+required%3A+%5Bemail%5D'),
      /^federation\.attributes: Google sent Google_1: attributes required/,
    ],
    [
      'Google',
      invented({ sub: '1', email: 'a@b.c', name: 'Longer' }),
      invalid(
        'Attributes+did+not+conform+to+the+schema%3A+name%3A+String+must+be+no+longer+than+5+characters%0A',
      ),
      /no longer than 5/,
    ],
    [
      'Google',
      invented({ sub: '1', email: 'nobody' }),
      invalid('Invalid+email+address+format.'),
      /email address/,
    ],
    [
      'Google',
      invented({ sub: ' ', email: 'a@b.c' }),
      invalid('Invalid+ProviderName%2FUsername+combination.+Please+check+again'),
      /^federation\.subject: the sub of Google is missing/,
    ],
    [
      'Google',
      invented({ sub: 'x'.repeat(122), email: 'a@b.c' }),
      invalid('Invalid+ProviderName%2FUsername+combination.+Please+check+again'),
      /too long/,
    ],
    [
      'Google',
      invented({ sub: '9', email: 'a@b.c' }),
      invalid('Already+found+an+entry+for+username+Google_9'),
      /^federation\.name-free: Google_9 is the name of a user whom Google does not know/,
    ],
    [
      'Partner',
      { person: 'kim@partner.example.com' },
      invalid('Invalid+user+attributes%3A+family_name%3A+Attribute+cannot+be+updated.%0A+'),
      /family_name: Attribute cannot be updated/,
    ],
  ]
  for (const [provider, filledIn, location, reason] of rows) {
    t.equal(told(await comeFrom(mock, provider, filledIn)), location)
    t.match(lastReason(mock), reason)
  }
  const ivan = invented({ sub: '117204598733021847732', name: 'Iv' })
  t.match(
    await comeFrom(mock, 'Google', ivan),
    /code=/,
    'who has the required attributes need not bring them',
  )
  t.equal(
    told(await comeFrom(mock, 'Google', invented({ email: 'a@b.c' }))),
    invalid('Invalid+ProviderName%2FUsername+combination.+Please+check+again'),
  )
  const lu = invented({
    NameID: 'lu',
    [mail]: 'lu@b.c',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname': 'L',
  })
  t.match(await comeFrom(mock, 'Partner', lu), /code=/, 'the first time an immutable attribute is new')
  t.match(
    await comeFrom(mock, 'Partner', lu),
    /cannot\+be\+updated/,
    'not the second time, though it is the same',
  )
})

t.test('a local user to whom an identity was linked is the one who signs in', async (t) => {
  shows(t, 'federation.linked')
  const linked =
    '[{"userId":"77","providerName":"Google","providerType":"Google","issuer":null,"primary":false,"dateCreated":1}]'
  const mock = await start(
    t,
    federation((pool) => {
      Object.assign(pool.Users?.[0] as object, {
        Attributes: { email: 'alice@example.com', identities: linked },
      })
    }),
  )
  const { id } = await tokensAt(mock, await comeFrom(mock, 'Google', invented({ sub: '77', name: 'Al' })))
  t.match(id, { 'cognito:username': 'alice', name: 'Al', identities: [{ userId: '77', primary: 'false' }] })
  t.notOk('cognito:groups' in id)
})

t.test('where the pool ignores case, the username is in small letters', async (t) => {
  const mock = await start(
    t,
    federation((pool) => {
      pool.UserPool.UsernameConfiguration = { CaseSensitive: false }
    }),
  )
  const { id } = await tokensAt(
    mock,
    await comeFrom(mock, 'Example-Corp', invented({ sub: 'Lu', email: 'l@b.c' })),
  )
  t.equal(id['cognito:username'], 'example-corp_lu')
  t.match(id.identities, [{ userId: 'Lu' }], 'the id is as the provider writes it')
})

t.test('a user who was made by hand is known by name', async (t) => {
  const mock = await start(t)
  await mock.pool.users.create({ username: 'Google_55', status: 'EXTERNAL_PROVIDER', password: 'Passw0rd!' })
  t.match((await goTo(mock, 'Google')).body, 'value="55"')
  const { id } = await tokensAt(mock, await comeFrom(mock, 'Google', { person: '55' }))
  t.match(id, { 'cognito:username': 'Google_55', identities: [{ userId: '55' }] })
  const attempt = createBrowser().signIn(authorizeUrl(mock), { username: 'Google_55', password: 'Passw0rd!' })
  await t.rejects(attempt, /Incorrect username or password/, 'a password is no way in')
  t.match(lastReason(mock), /Google_55 comes from an identity provider and has no password/)
  await mock.pool.users.create({
    username: 'Google_56',
    status: 'EXTERNAL_PROVIDER',
    attributes: { identities: 'not JSON' },
  })
  t.notMatch((await goTo(mock, 'Google')).body, 'value="56"', 'who says something else of themselves is not')
})

t.test('managed login: login_hint and prompt go along', async (t) => {
  shows(t, 'authorize.forwarded')
  const mock = await start(t, managedFederation())
  const sent = async (provider: string, overrides: Filled) => {
    const { searchParams } = new URL((await goTo(mock, provider, overrides)).url)
    return [searchParams.get('prompt'), searchParams.get('login_hint')]
  }
  const asked = { prompt: 'login select_account', login_hint: 'hannah@example.org' }
  t.same(await sent('Google', asked), ['login select_account', 'hannah@example.org'])
  t.same(await sent('Example-Corp', asked), ['login select_account', 'hannah@example.org'])
  t.same(await sent('Facebook', asked), ['login select_account', null])
  t.same(await sent('Partner', asked), [null, null])
  const hinted = await goTo(mock, 'Google', { ...asked, login_hint: 'ivan@example.org' })
  t.match(hinted.body, /<dt>prompt<\/dt> <dd>login select_account<\/dd>/)
  t.ok(
    hinted.body.indexOf('Ivan Example') < hinted.body.indexOf('Hannah Example'),
    'whoever is meant comes first',
  )
  t.match(hinted.body, 'hinted at')
  const stranger = await goTo(mock, 'Google', { login_hint: 'new@example.org' })
  t.match(stranger.body, /name="claims\[email\]" type="email" placeholder="" value="new@example.org"/)
  const none = await createBrowser().get(authorizeUrl(mock, { identity_provider: 'Google', prompt: 'none' }))
  t.equal(told(none.headers.get('location') as string), 'error=login_required&state=some-state')

  const classic = await start(t)
  const { searchParams } = new URL((await goTo(classic, 'Google', asked)).url)
  t.notOk(searchParams.has('prompt') || searchParams.has('login_hint'), 'classic pages know neither')
})

t.test('the session of somebody else is none for a provider that was asked for', async (t) => {
  const mock = await start(t)
  const browser = createBrowser()
  await browser.signIn(authorizeUrl(mock), { username: 'alice', password: 'Passw0rd!' })
  const { location } = await browser.get(authorizeUrl(mock, { identity_provider: 'Google' }))
  t.match(location?.pathname, /^\/_mock\/providers/)
  t.match(
    lastReason(mock),
    /^session\.provider: the session is that of alice, and identity_provider asks for Google/,
  )
  await comeFrom(mock, 'Google', { person: hannah }, {}, browser)
  const silent = await browser.get(authorizeUrl(mock, { identity_provider: 'Google' }))
  t.ok(silent.location?.searchParams.has('code'))
})

t.test('the buttons, in both copies of the classic form', async (t) => {
  shows(t, 'login.providers')
  const mock = await start(t)
  const browser = createBrowser()
  const page = await browser.follow(authorizeUrl(mock))
  const times = (pattern: RegExp) => [...page.body.matchAll(pattern)].length
  t.equal(
    times(
      /<button type="submit" form="identity-provider-\d" name="googleSignUpButton" class="btn google-button socialButton-customizable">/g,
    ),
    2,
  )
  t.equal(times(/name="facebookSignUpButton"/g), 2)
  t.equal(
    times(/value="Example-Corp" aria-label="Example-Corp" class="btn btn-info idpButton-customizable"/g),
    2,
  )
  t.equal(times(/Continue with Google/g), 2)
  t.equal(times(/Sign in with your corporate ID/g), 2)
  t.equal(times(/Sign In with your social account/g), 2)
  t.equal(times(/We won't post to any of your accounts without asking first/g), 2)
  t.equal(times(/<span class="span-or">or<\/span>/g), 2)
  t.match(page.body, 'modal-content-desktop visible-md visible-lg')
  t.equal(times(/name="cognitoSignInForm"/g), 2)
  t.match(await browser.submit(page, { username: 'alice', password: 'Passw0rd!' }), {
    location: { pathname: '/auth/callback' },
  })

  const form = /<form id="identity-provider-0".*?<\/form>/s.exec(page.body)?.[0] as string
  t.match(form, 'action="/oauth2/authorize" method="GET"')
  t.match(form, '<input type="hidden" name="identity_provider" value="Google">')
  t.match(form, '<input type="hidden" name="state" value="some-state">')

  const managed = await start(t, managedFederation())
  const modern = await createBrowser().follow(authorizeUrl(managed, { lang: 'de' }))
  t.match(modern.body, 'Weiter mit Google')
  t.match(modern.body, 'Weiter mit Example-Corp')

  const nameFirst = managedFederation()
  const ExplicitAuthFlows = ['ALLOW_USER_AUTH']
  Object.assign(nameFirst.pools[0]?.Clients?.[0] as object, { ExplicitAuthFlows })
  const first = await createBrowser().follow(authorizeUrl(await start(t, nameFirst)))
  t.notMatch(first.body, 'name="password"')
  t.match(first.body, 'Continue with Google', 'and beside the name alone')
})

t.test('of two answers at once one is taken', async (t) => {
  const [pool] = buildWorld(federation(), memoryStores, () => new Promise(() => {})).pools as [UserPool]
  const provider = pool.identityProviders.get('Google') as IdentityProvider
  const trail: Trail = { verdicts: [] }
  const world = createWorld([pool])
  const asked = authorizationRequest(
    new URLSearchParams({
      client_id: 'federatedweb00000000000001',
      response_type: 'code',
      redirect_uri: callback,
    }),
    world,
    trail,
  )
  const { parameters, csrf } = await leaveFor(provider, asked, 'http://127.0.0.1')
  const state = new Map(parameters).get('state') as string
  const back = () => takeWaiting(world, state, 'redirect', [csrf], trail)
  const returns = await Promise.allSettled([back(), back()])
  t.match(returns, [
    { value: { provider: { name: 'Google' } } },
    { reason: { rule: 'federation.state', message: 'another request has brought this state already' } },
  ])
  const key = await keepAnswer(pool, provider, { claims: { sub: '1' } })
  const redeem = () => redeemAnswer(asked, provider, key, trail)
  t.match(await Promise.allSettled([redeem(), redeem()]), [
    { value: { sub: '1' } },
    { reason: { rule: 'federation.code', description: 'Exception processing authorization code' } },
  ])
})

t.test('a client without local users has buttons and no form', async (t) => {
  for (const fixture of [federation(), managedFederation()]) {
    const mock = await start(t, fixture)
    const { id } = mock.pool.client('social')
    const browser = createBrowser()
    const page = await browser.follow(authorizeUrl(mock, { client_id: id }))
    t.match(page.body, 'Continue with Google')
    t.notMatch(page.body, 'name="password"')
    const csrf = browser.cookie(mock.url, 'XSRF-TOKEN') as string
    const search = new URL(authorizeUrl(mock, { client_id: id })).search
    for (const path of ['/login', '/signup', '/forgotPassword']) {
      const { headers } = await browser.post(`${mock.url}${path}${search}`, {
        _csrf: csrf,
        username: 'alice',
        password: 'Passw0rd!',
      })
      t.equal(
        headers.get('location'),
        `/error?error=Login+option+is+not+available.+Please+try+another+one&client_id=${id}`,
        path,
      )
      t.match(lastReason(mock), /^login\.local-users: client social has Google, Facebook, and not COGNITO/)
    }
  }
})

t.test('hostile text at the stand-in and on the way back', async (t) => {
  const mock = await start(
    t,
    federation((pool) => {
      pool.Users?.push({
        Username: 'Google_<script>alert(1)</script>',
        UserStatus: 'EXTERNAL_PROVIDER',
        Attributes: { name: '"><img src=x onerror=alert(1)>{{csrf}}\u202e' },
      })
    }),
  )
  const texts = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '\u0000\r\nSet-Cookie: evil=1',
    '\u202e😀{{{body}}}',
    'x'.repeat(10_000),
    '__proto__',
    '"quoted"',
  ]
  const harmless = async (name: string, asked: Promise<Page>) => {
    const { status, body, headers } = await asked
    t.ok(status < 500, `${name}: ${status}`)
    t.notMatch(body, /<script>alert|<img src=x/, name)
    t.notOk(
      headers.getSetCookie().some((cookie) => cookie.startsWith('evil')),
      name,
    )
    const location = headers.get('location')
    if (location !== null)
      t.ok([mock.url, 'http://localhost:9401'].includes(new URL(location, mock.url).origin), name)
  }
  const base = `${mock.url}/_mock/providers/us-east-1_FederatedPool/Google`
  await harmless('the people', createBrowser().get(base))
  for (const text of texts) {
    const name = text.slice(0, 20)
    const browser = createBrowser()
    const query = new URLSearchParams({ state: text, login_hint: text, prompt: text, [text]: text })
    await harmless(`${name} in the query`, browser.get(`${base}?${query}`))
    const _csrf = browser.cookie(mock.url, 'XSRF-TOKEN') as string
    for (const filledIn of [
      { person: text },
      { answer: text },
      { answer: 'fail', failure: text },
      { answer: 'new', [`claims[${text}]`]: text, 'claims[sub]': text },
    ])
      await harmless(
        `${name} in the form`,
        browser.post(`${base}?${query}`, { _csrf, ...filledIn } as Filled),
      )
    for (const claims of [{ sub: text }, { sub: '1', name: text, email: text }, { sub: '1', [text]: text }])
      await harmless(
        `${name} as a claim`,
        goTo(mock, 'Google', {}, browser).then((page) => answer(browser, page, invented(claims))),
      )
    const back = new URLSearchParams({ state: text, code: text, error: text, error_description: text })
    await harmless(`${name} on the way back`, browser.get(`${mock.url}/oauth2/idpresponse?${back}`))
    const { searchParams } = new URL((await goTo(mock, 'Google', {}, browser)).url)
    back.set('state', searchParams.get('state') as string)
    await harmless(`${name} as an error`, browser.get(`${mock.url}/oauth2/idpresponse?${back}`))
    await harmless(
      `${name} posted`,
      browser.post(`${mock.url}/saml2/idpresponse`, { RelayState: text, SAMLResponse: text }),
    )
  }
  const quoted = await createBrowser().get(base)
  t.match(quoted.body, '&lt;script&gt;alert(1)&lt;/script&gt;')

  for (const path of ['us-east-1_FederatedPool/Nobody', 'us-east-1_Nowhere/Google', '%00/__proto__'])
    for (const method of ['GET', 'POST'])
      t.equal((await fetch(`${mock.url}/_mock/providers/${path}`, { method })).status, 404, path)
})

t.test('a post that is not the page’s own is refused', async (t) => {
  const mock = await start(t)
  const browser = createBrowser()
  const { url } = await goTo(mock, 'Google', {}, browser)
  t.equal((await browser.post(url, { person: hannah })).status, 403)
  t.equal((await browser.post(url, { person: hannah, _csrf: 'other' })).status, 403)
  t.equal((await createBrowser().post(url, { person: hannah, _csrf: 'x' })).status, 403)
  t.match(lastReason(mock), /^login\.csrf: /)
  const journal = JSON.stringify(mock.exchanges())
  await comeFrom(mock, 'Partner', { person: 'kim@partner.example.com' })
  t.notMatch(journal, /"SAMLResponse","(?!\(not shown\))/)
})

t.test('more people than a page can show', async (t) => {
  const mock = await start(
    t,
    federation((pool) => {
      for (let i = 0; i < 40; i++)
        pool.Users?.push({ Username: `Facebook_${i}`, UserStatus: 'EXTERNAL_PROVIDER' })
    }),
  )
  const { body } = await goTo(mock, 'Facebook')
  t.equal([...body.matchAll(/name="person"/g)].length, 30)
  t.match(body, 'And 10 more')
  t.match(await comeFrom(mock, 'Facebook', { person: '39' }), /code=/)
})

t.test('a provider and its people by hand, whose every word is derived', async (t) => {
  const pool: PoolFixture = {
    UserPool: { Name: 'bare' },
    IdentityProviders: [
      { ProviderName: 'LoginWithAmazon', ProviderType: 'LoginWithAmazon' },
      { ProviderName: 'SignInWithApple', ProviderType: 'SignInWithApple', ProviderDetails: {} },
    ],
    Clients: [
      {
        ClientName: 'web',
        GenerateSecret: true,
        CallbackURLs: [callback],
        AllowedOAuthFlows: ['code'],
        AllowedOAuthScopes: ['openid', 'email', 'profile'],
        SupportedIdentityProviders: ['COGNITO', 'LoginWithAmazon', 'SignInWithApple'],
      },
    ],
  }
  const mock = await start(t, { pools: [pool] })
  const page = await createBrowser().follow(authorizeUrl(mock))
  t.match(page.body, 'Continue with Amazon')
  t.match(page.body, 'name="appleSignUpButton"')
  const standIn = await goTo(mock, 'LoginWithAmazon')
  t.match(standIn.body, /<h2>Invent somebody<\/h2>/)
  t.match(standIn.body, /name="claims\[user_id\]" type="text" placeholder="" value="\d{12}"/)
  const { id } = await tokensAt(
    mock,
    await comeFrom(mock, 'LoginWithAmazon', invented({ user_id: 'amzn1.x' })),
  )
  t.match(id, { 'cognito:username': 'LoginWithAmazon_amzn1.x' })
})

/** The world of federation, in which the SAML provider may do these things. */
const partnerMay = (details: { IDPInit?: 'true'; IDPSignout?: 'true' }) =>
  federation((pool) => {
    const partner = pool.IdentityProviders?.find(({ ProviderName }) => ProviderName === 'Partner')
    Object.assign(partner?.ProviderDetails as object, details)
  })

const kim = 'kim@partner.example.com'
const refusedSaml = '/error?error=Invalid+samlResponse+or+relayState+from+identity+provider'

t.test(
  'signing out of a SAML provider too: a signed request, a response that is posted, and on',
  async (t) => {
    shows(t, 'logout.saml')
    const mock = await start(t, partnerMay({ IDPSignout: 'true' }))
    const { id: client_id, logoutUrls } = mock.pool.client('web')
    const browser = createBrowser()
    const signOut = async (parameters: Filled) => {
      await comeFrom(mock, 'Partner', { person: kim }, {}, browser)
      return browser.get(`${mock.url}/logout?${new URLSearchParams({ client_id, ...parameters })}`)
    }
    const logout_uri = logoutUrls[0] as string
    const out = await signOut({ logout_uri })
    t.equal(out.status, 302)
    const { location } = out as { location: URL }
    t.equal(location.pathname, '/_mock/providers/us-east-1_FederatedPool/Partner/logout')
    t.strictSame([...location.searchParams.keys()], ['SAMLRequest', 'RelayState', 'SigAlg', 'Signature'])
    t.equal(location.searchParams.get('SigAlg'), 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')
    const request = String(
      inflateRawSync(Buffer.from(location.searchParams.get('SAMLRequest') as string, 'base64')),
    )
    t.match(request, /^<samlp:LogoutRequest [^>]* ID="_[0-9a-f-]{36}" Version="2\.0" IssueInstant="[^"]+Z"/)
    t.match(request, `Destination="${location.origin}${location.pathname}"`)
    t.match(request, '<saml:Issuer>urn:amazon:cognito:sp:us-east-1_FederatedPool</saml:Issuer>')
    t.match(request, `<saml:NameID>${kim}</saml:NameID>`)
    const [signed = ''] = location.search.slice(1).split('&Signature=')
    const signature = Buffer.from(location.searchParams.get('Signature') as string, 'base64')
    const { keys } = (await (await fetch(`${mock.pool.issuer}/.well-known/jwks.json`)).json()) as {
      keys: JsonWebKey[]
    }
    const isSigner = (key: JsonWebKey) =>
      verify('sha256', Buffer.from(signed), createPublicKey({ key, format: 'jwk' }), signature)
    t.strictSame(keys.map(isSigner), [true, false], 'by the first key of the pool')
    t.equal(browser.cookie(mock.url, 'cognito'), undefined, 'the session here is over already')

    const page = await browser.get(location)
    t.match(page.body, `action="${mock.url}/saml2/logout"`)
    const done = await browser.submit(page, {})
    t.equal(done.headers.get('location'), logout_uri)
    t.equal((await browser.submit(page, {})).headers.get('location'), refusedSaml, 'once')
    t.match(
      lastReason(mock),
      /^logout\.saml-state: no sign-out is waiting for an answer with this RelayState/,
    )

    const again = await signOut({ redirect_uri: callback, response_type: 'code', state: 's' })
    const back = await browser.submit(await browser.get(again.location as URL), {})
    t.match(back.location, { pathname: '/login' }, 'to the sign-in page, if that is what was asked for')
    t.equal(back.location?.searchParams.get('state'), 's')

    const third = await browser.get((await signOut({ logout_uri })).location as URL)
    const response = /name="SAMLResponse" value="([^"]+)"/.exec(third.body)?.[1] as string
    const xml = Buffer.from(response.replaceAll('&#x3D;', '='), 'base64').toString()
    for (const SAMLResponse of [
      'none',
      xml.replace(/InResponseTo="[^"]+"/, 'InResponseTo="_other"'),
      xml.replace('status:Success', 'status:Responder'),
      xml.replaceAll('LogoutResponse', 'Response'),
    ]) {
      const encoded = Buffer.from(SAMLResponse).toString('base64')
      const answered = await browser.submit(third, { SAMLResponse: encoded })
      t.equal(answered.headers.get('location'), refusedSaml)
      t.match(
        lastReason(mock),
        /^logout\.saml-response: what Partner posted is no LogoutResponse to the request _/,
      )
    }
    await mock.pool.clock.advance('5m')
    t.equal((await browser.submit(third, {})).headers.get('location'), refusedSaml, 'nor after five minutes')

    for (const search of [location.search.replace('RelayState=', 'RelayState=x'), `?${signed}`, '']) {
      const forged = await browser.get(`${location.origin}${location.pathname}${search}`)
      t.equal(forged.status, 400)
      t.match(forged.body, 'The user pool has not signed this sign-out request.')
    }
    t.equal(
      (await browser.get(`${mock.url}/_mock/providers/us-east-1_FederatedPool/Nobody/logout`)).status,
      404,
    )
    t.equal((await browser.get(`${mock.url}/saml2/logout`)).status, 405)
    const bare = await fetch(`${mock.url}/saml2/logout`, { method: 'POST', redirect: 'manual' })
    t.equal(bare.headers.get('location'), refusedSaml)
  },
)

t.test('who came from elsewhere is signed out here alone', async (t) => {
  shows(t, 'logout.other-providers')
  const mock = await start(t, partnerMay({ IDPSignout: 'true' }))
  const { id: client_id, logoutUrls } = mock.pool.client('web')
  const logout_uri = logoutUrls[0] as string
  const place = async (browser: Browser, parameters: Filled = { client_id, logout_uri }) =>
    (await browser.get(`${mock.url}/logout?${new URLSearchParams(parameters)}`)).headers.get('location')
  const comesFrom = async (world: StartedMocknito, provider: string, person: string) => {
    const browser = createBrowser()
    await comeFrom(world, provider, { person }, {}, browser)
    return browser
  }
  t.equal(await place(await comesFrom(mock, 'Google', hannah)), logout_uri)
  t.equal(await place(createBrowser()), logout_uri, 'without a session')
  const stranger = await createBrowser().get(
    `${mock.url}/logout?${new URLSearchParams({ client_id, logout_uri })}`,
    { cookie: 'cognito="nobody"' },
  )
  t.equal(stranger.headers.get('location'), logout_uri, 'or with a cookie that names none')
  const local = createBrowser()
  await local.signIn(authorizeUrl(mock), { username: 'alice', password: 'Passw0rd!' })
  t.equal(await place(local), logout_uri)
  t.equal(await place(await comesFrom(mock, 'Partner', kim), {}), '/login', 'nobody said which client it is')
  const gone = await comesFrom(mock, 'Partner', kim)
  await mock.pool.users.delete(`Partner_${kim}`)
  t.equal(await place(gone), logout_uri, 'nor whom the pool has forgotten')
  const silent = await start(t)
  const browser = await comesFrom(silent, 'Partner', kim)
  const { location } = await browser.get(
    `${silent.url}/logout?${new URLSearchParams({ client_id, logout_uri })}`,
  )
  t.equal(String(location), logout_uri, 'the provider has no IDPSignout')
})

t.test('a login that the SAML provider begins, if its details let it', async (t) => {
  const mock = await start(t, partnerMay({ IDPInit: 'true' }))
  const begin = async (
    world: StartedMocknito,
    overrides: Readonly<Record<string, string | undefined>> = {},
    browser = createBrowser(),
  ) => {
    const { searchParams } = new URL(authorizeUrl(world, { identity_provider: 'Partner', ...overrides }))
    const relayed = new URLSearchParams({ RelayState: String(searchParams) })
    const standIn = `${world.url}/_mock/providers/us-east-1_FederatedPool/Partner?${relayed}`
    const assertion = await browser.submit(await browser.get(standIn), { person: kim })
    return (await browser.submit(assertion, {})).headers.get('location') as string
  }
  const browser = createBrowser()
  const location = await begin(mock, {}, browser)
  t.match(location, /^http:\/\/localhost:9401\/auth\/callback\?code=[0-9a-f-]{36}&state=some-state$/)
  t.match((await tokensAt(mock, location)).id, { 'cognito:username': `Partner_${kim}` })
  t.ok((await browser.get(authorizeUrl(mock))).location?.searchParams.has('code'), 'and there is a session')
  const byName = { identity_provider: undefined, idp_identifier: 'partner.example.com' }
  t.match(await begin(mock, byName), /[?&]code=/, 'by another of its names')

  const web = mock.pool.client('web').id
  t.equal(
    await begin(mock, { redirect_uri: 'https://evil.example/' }),
    `/error?error=redirect_mismatch&client_id=${web}`,
    'what it asks for is judged as anywhere',
  )
  t.match(await begin(mock, { scope: 'nobodys' }), /error_description=invalid_scope/)
  t.equal(await begin(mock, { identity_provider: undefined }), refusedSaml)
  t.match(lastReason(mock), /^federation\.begun-there: RelayState names no identity_provider/)
  t.equal(await begin(mock, { identity_provider: 'Google' }), refusedSaml)
  t.match(lastReason(mock), /Google begins no logins: only SAML providers do/)
  const posted = await createBrowser().post(`${mock.url}/saml2/idpresponse`, {
    RelayState: new URL(authorizeUrl(mock, { identity_provider: 'Partner' })).search.slice(1),
    SAMLResponse: 'made-up',
  })
  t.match(posted.headers.get('location'), /error_description=Exception\+processing/)

  const strict = await start(t)
  t.equal(await begin(strict), refusedSaml, 'its details do not')
  t.match(lastReason(strict), /^federation\.begun-there: Partner begins no logins: .*"IDPInit": "true"/)
})

t.test('a login without pages is signed out as well, and of two answers at once one is taken', async (t) => {
  const mock = await start(t, partnerMay({ IDPSignout: 'true' }))
  const lu = { provider: 'Partner', claims: { NameID: 'lu' } }
  const { cookies } = await mock.pool.auth.follow(authorizeUrl(mock), lu)
  const client_id = mock.pool.client('web').id
  const query = new URLSearchParams({ client_id, logout_uri: 'http://localhost:9401/' })
  const cookie = `cognito=${cookies[0]?.value}`
  const { location } = await createBrowser().get(`${mock.url}/logout?${query}`, { cookie })
  t.match(location?.pathname, /Partner\/logout$/)

  const { pools } = buildWorld(federation(), memoryStores, () => new Promise(() => {}))
  const [pool] = pools as [UserPool]
  const client = pool.clients.get('federatedweb00000000000001') as Client
  const step = { name: 'at-sign-out', provider: 'Partner', requestId: '_1', target: '/login' } as const
  const { id: relayState } = await openStep(pool, client, step)
  const xml =
    '<LogoutResponse InResponseTo="_1"><StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></LogoutResponse>'
  const response = Buffer.from(xml).toString('base64')
  const back = () => signedOutTarget({ pools }, { relayState, response }, { verdicts: [] })
  t.match(await Promise.allSettled([back(), back()]), [
    { value: '/login' },
    { reason: { rule: 'logout.saml-state', message: 'another request has brought this answer already' } },
  ])
})
