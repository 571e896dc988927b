// What must be true for any input: what an app sends comes back as it was, only registered addresses are gone to, the
// parameters are those that the standard parser reads, and no request is answered with a 5xx or its own markup.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import type { Fixture } from '../../src/idp/fixture/fixture.ts'
import { type StartedMocknito, startMocknito } from '../../src/start.ts'
import { alice, type Browser, createBrowser, readForm } from '../support/browser.ts'
import { demoWithClient } from '../support/fixtures.ts'
import { authorizeUrl, basic, claimsOf, exchange, postToken } from '../support/oauth.ts'
import { always, anyText } from '../support/properties.ts'
import { type RawAnswer, rawHttp } from '../support/raw-http.ts'
import { shows } from '../support/world.ts'

// Two cores may be shared with a whole suite of browsers.
t.setTimeout(180_000)

/** A mock whose verdicts do not count: what a random request breaks, no story shows. */
async function startMock(t: Test, fixture: Fixture): Promise<StartedMocknito> {
  const mock = await startMocknito({ fixture })
  t.teardown(() => mock.close())
  return mock
}

async function signedIn(mock: StartedMocknito): Promise<Browser> {
  const browser = createBrowser()
  await browser.signIn(authorizeUrl(mock), alice)
  return browser
}

const behind = (location: URL | undefined): URLSearchParams =>
  new URLSearchParams(location?.hash === '' ? location.search : location?.hash.slice(1))

const both = demoWithClient({ AllowedOAuthFlows: ['code', 'implicit'] })

t.test('state and nonce come back as they were, in answers and in errors, by every way', async (t) => {
  shows(t, 'authorize.state')
  const mock = await startMock(t, both)
  const browser = await signedIn(mock)
  const ways: Record<string, Record<string, string | undefined>> = {
    code: { response_type: 'code' },
    tokens: { response_type: 'token' },
    'an error': { response_type: 'code', scope: 'openid nobodys' },
    'an error behind the #': { response_type: 'token', code_challenge: 'x' },
    'an error without description': { response_type: undefined },
  }
  const inputs = fc.asyncProperty(
    anyText(),
    anyText(),
    fc.constantFrom(...Object.keys(ways)),
    async (state, nonce, way) => {
      const url = authorizeUrl(mock, { ...ways[way], state, nonce })
      const { location, headers } = await browser.get(url)
      const answer = behind(location)
      const raw = /[?#&]state=([^&]*)/.exec(headers.get('location') ?? '')?.[1] ?? 'not there'
      const { id_token = '' } =
        way === 'code'
          ? ((await exchange(mock, answer.get('code') ?? '')).body as Record<string, string>)
          : { id_token: answer.get('id_token') ?? '' }
      const claimed = id_token === '' ? nonce : (claimsOf(id_token).nonce ?? '')
      return (
        answer.get('state') === state &&
        answer.getAll('state').length === 1 &&
        decodeURIComponent(raw) === state &&
        /^[\w.~!*'()%-]*$/.test(raw) &&
        claimed === nonce &&
        answer.has('error') === way.startsWith('an error')
      )
    },
  )
  await always(t, 'silent sign-ins and errors', 60, inputs)

  const throughThePage = fc.asyncProperty(anyText(), anyText(), async (state, nonce) => {
    const visitor = createBrowser()
    const page = await visitor.follow(authorizeUrl(mock, { state, nonce }))
    const again = await visitor.submit(page, { username: 'alice', password: 'wrong' })
    const { location } = await visitor.submit(again, { ...alice })
    const { body } = await exchange(mock, behind(location).get('code') ?? '')
    return (
      behind(location).get('state') === state && (claimsOf(body.id_token as string).nonce ?? '') === nonce
    )
  })
  await always(t, 'the page, a wrong password, and the page again', 10, throughThePage)
})

t.test('a scope is what was asked for, through code, refresh and fragment', async (t) => {
  const odd = [
    'https://api.example.com/v1/orders.read',
    '!#$%&()*+,-.:;<=>?@[]^_`{|}~/x+y%20z',
    'orders/read',
  ]
  const standard = ['openid', 'email', 'phone', 'profile', 'aws.cognito.signin.user.admin']
  const fixture = demoWithClient({
    AllowedOAuthFlows: ['code', 'implicit'],
    AllowedOAuthScopes: [...standard, ...odd],
  })
  fixture.pools[0]?.ResourceServers?.push(
    { Identifier: 'https://api.example.com/v1', Scopes: [{ ScopeName: 'orders.read' }] },
    { Identifier: '!#$%&()*+,-.:;<=>?@[]^_`{|}~', Scopes: [{ ScopeName: 'x+y%20z' }] },
  )
  const mock = await startMock(t, fixture)
  const browser = await signedIn(mock)
  const blanks = fc.constantFrom(' ', '  ')
  const asked = fc.array(fc.tuple(fc.constantFrom(...standard, ...odd), blanks), {
    minLength: 1,
    maxLength: 9,
  })
  const property = fc.asyncProperty(asked, fc.boolean(), async (names, isImplicit) => {
    const scope = names.map(([name, blank]) => name + blank).join('')
    const scopes = new Set(names.map(([name]) => name))
    const response_type = isImplicit ? 'token' : 'code'
    const answer = behind((await browser.get(authorizeUrl(mock, { scope, response_type }))).location)
    const isLonely = !scopes.has('openid') && ['email', 'phone', 'profile'].some((name) => scopes.has(name))
    if (isLonely) return answer.get('error_description') === 'invalid_scope'
    const isGranted = (jwt: unknown) => {
      const granted = String(claimsOf(String(jwt)).scope).split(' ')
      return granted.length === scopes.size && granted.every((name) => scopes.has(name))
    }
    if (isImplicit) return isGranted(answer.get('access_token'))
    const { body } = await exchange(mock, answer.get('code') ?? '')
    const refresh = { grant_type: 'refresh_token', refresh_token: body.refresh_token as string }
    const later = await postToken(mock, refresh, basic(mock.pool.client('web')))
    return isGranted(body.access_token) && isGranted(later.body.access_token)
  })
  await always(t, 'any choice of scopes', 30, property)

  const foreign = fc.asyncProperty(anyText(20), async (name) => {
    const scopes = name.split(' ').filter((scope) => scope !== '')
    fc.pre(scopes.length > 0 && !scopes.every((scope) => [...standard, ...odd].includes(scope)))
    const { location } = await browser.get(authorizeUrl(mock, { scope: `openid ${name}` }))
    return behind(location).get('error_description') === 'invalid_scope'
  })
  await always(t, 'and no others', 30, foreign)
})

const registered = [
  'https://app.example.com:8443/auth/callback',
  'http://localhost:3000/cb?tenant=1',
  'myapp://callback',
]

type Bypass = (url: string, word: string) => string
const inHost = (change: (host: string, word: string) => string): Bypass => {
  return (url, word) => url.replace(/:\/\/([^/?]*)/, (_, host: string) => `://${change(host, word)}`)
}

/** Ways in which an address has passed for another one somewhere. */
const bypasses: Readonly<Record<string, Bypass>> = {
  'somebody before the host': inHost((host, word) => `${word}@${host}`),
  'the host as somebody': inHost((host, word) => `${host}@${word}.example`),
  'the host as somebody with a password': inHost((host, word) => `${host}:x@${word}.example`),
  'an encoded @': inHost((host, word) => `${host}%40${word}.example`),
  'a backslash for the slashes': (url) => url.replace('://', ':\\\\'),
  'a backslash before the @': inHost((host, word) => `${word}.example\\@${host}`),
  'a backslash in the path': (url) => `${url}\\`,
  'a scheme in capitals': (url) => url.replace(/^\w+/, (scheme) => scheme.toUpperCase()),
  'a host in capitals': inHost((host) => host.toUpperCase()),
  'a path in capitals': (url) => url.replace(/\/[^/]*$/, (path) => path.toUpperCase()),
  'another scheme': (url) => url.replace(/^\w+/, 'http'),
  'a plain scheme': (url) => url.replace(/^\w+/, 'ftp'),
  'no scheme': (url) => url.replace(/^\w+:/, ''),
  'script for a scheme': (url, word) => `javascript:${word}//${url}`,
  'data for a scheme': (url) => `data:text/html,${url}`,
  'another port': inHost((host) => `${host.replace(/:\d+$/, '')}:9999`),
  'no port': inHost((host) => host.replace(/(:\d+)?$/, ':')),
  'a port twice': inHost((host) => `${host}:80`),
  'a zero before the port': inHost((host) => host.replace(/:(\d+)$/, ':0$1').replace(/^(\w+)$/, '$1:0')),
  'a dot behind the host': inHost((host) => host.replace(/(:\d+)?$/, '.$1')),
  'a dot behind the path': (url) => `${url}.`,
  'a slash behind the path': (url) => `${url}/`,
  'a slash twice': (url) => url.replace(/([^/:])(\/|$)/, '$1//'),
  'an encoded slash': (url) => url.replace(/\/(?=[^/]*$)/, '%2F'),
  'a slash encoded twice': (url) => url.replace(/\/(?=[^/]*$)/, '%252f'),
  'a letter encoded': (url) => url.replace(/c(?=[^/]*$)/, '%63'),
  'dots in the path': (url, word) => url.replace(/\/(?=[^/]*$)/, `/${word}/../`),
  'encoded dots in the path': (url, word) => url.replace(/\/(?=[^/]*$)/, `/${word}/%2e%2e/`),
  'a dot in the path': (url) => url.replace(/\/(?=[^/]*$)/, '/./'),
  'a path parameter': (url, word) => `${url};${word}`,
  'a query': (url, word) => `${url}?${word}`,
  'more of a query': (url, word) => `${url}&${word}=1`,
  'a fragment': (url, word) => `${url}#${word}`,
  'an empty fragment': (url) => `${url}#`,
  'an encoded fragment': (url, word) => `${url}%23${word}`,
  'a host below': inHost((host, word) => `${word}.${host}`),
  'a host around': inHost((host, word) => `${host.replace(/:\d+$/, '')}.${word}.example`),
  'a longer name': inHost((host, word) => `${word}${host}`),
  'one letter less': (url) => url.slice(0, -1),
  'something more': (url, word) => url + word,
  'a letter that looks the same': (url) => url.replace(/a(?=[^a]*$)/, '\u0430'),
  'a dot that looks the same': inHost((host) => host.replace(/\.|$/, '\u3002')),
  'letters in full width': inHost((host) =>
    host.replace(/[a-z]/, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
  ),
  'a letter that cannot be seen': (url) => url.replace(/(?<=.{9})/, '\u200b'),
  'a soft hyphen': (url) => url.replace(/(?<=.{9})/, '\u00ad'),
  'a name in Punycode': inHost((host) => `xn--${host}-9za`),
  'a blank before': (url) => ` ${url}`,
  'a blank behind': (url) => `${url} `,
  'a tab inside': (url) => url.replace(/(?<=.{9})/, '\t'),
  'a line behind': (url, word) => `${url}\r\nLocation: https://${word}.example/`,
  'a zero byte behind': (url, word) => `${url}\u0000.${word}.example`,
  'loopback by number': inHost(() => '127.1:3000'),
  'loopback by one number': inHost(() => '2130706433:3000'),
  'loopback in version 6': inHost(() => '[::1]:3000'),
  'two of them': (url, word) => `${url},https://${word}.example/`,
  'a star': inHost((host) => host.replace(/^\w+/, '*')),
  nothing: () => '%20',
}

t.test(
  `only registered addresses are gone to: ${Object.keys(bypasses).length} ways around that`,
  async (t) => {
    const mock = await startMock(
      t,
      demoWithClient({
        CallbackURLs: registered,
        LogoutURLs: registered,
        AllowedOAuthFlows: ['code', 'implicit'],
      }),
    )
    const ask = rawHttp(mock)
    const { id: client_id } = mock.pool.client('web')
    const mismatch = `/error?error=redirect_mismatch&client_id=${client_id}`
    const csrf = '5f2d7f3e-0000-4000-8000-000000000000'
    const browser = await signedIn(mock)
    const cookie = `XSRF-TOKEN=${csrf}; cognito=${browser.cookie(mock.url, 'cognito')}`

    /** Where each endpoint leads that goes to an address. */
    async function targets(sent: string): Promise<(string | undefined)[]> {
      const query = (more: Record<string, string>) => `?${new URLSearchParams({ client_id, ...more })}`
      const asked = { redirect_uri: sent, scope: 'openid' }
      const login = { path: `/login${query({ ...asked, response_type: 'code' })}`, headers: { cookie } }
      const form = new URLSearchParams({ _csrf: csrf, ...alice }).toString()
      const type = { 'content-type': 'application/x-www-form-urlencoded' }
      const answers = await Promise.all([
        ask({ path: `/oauth2/authorize${query({ ...asked, response_type: 'code' })}`, headers: { cookie } }),
        ask({ path: `/oauth2/authorize${query({ ...asked, response_type: 'token' })}`, headers: { cookie } }),
        ask(login),
        ask({ ...login, method: 'POST', headers: { cookie, ...type }, body: form }),
        ask({ path: `/logout${query({ redirect_uri: sent, response_type: 'code' })}` }),
        ask({ path: `/logout${query({ logout_uri: sent })}` }),
      ])
      return answers.map(({ location }) => location)
    }

    const words = fc.string({ unit: fc.constantFrom(...'abcxyz'), minLength: 1, maxLength: 6 })
    for (const [name, bypass] of Object.entries(bypasses)) {
      const property = fc.asyncProperty(fc.constantFrom(...registered), words, async (url, word) => {
        const sent = bypass(url, word)
        fc.pre(!registered.includes(sent))
        const [code, tokens, page, post, again, out] = await targets(sent)
        const isRefused = [code, tokens, page, post].every((location) => location === mismatch)
        return isRefused && [again, out].every((location) => location?.startsWith('/error?client_id='))
      })
      await always(t, name, 2, property)
    }

    const anything = fc.oneof(anyText(60), fc.webUrl({ withFragments: true, withQueryParameters: true }))
    const property = fc.asyncProperty(anything, async (sent) => {
      fc.pre(sent !== '')
      const locations = await targets(sent)
      return locations.every((location) => location?.startsWith('/error?'))
    })
    await always(t, 'anything else', 30, property)
    const [code, tokens, , post, , out] = await targets(registered[0] as string)
    t.match(
      [code, tokens, post, out],
      [/\?code=/, /#id_token=/, /\?code=/, /^https:\/\/app/],
      'the registered one is',
    )
  },
)

t.test('a second address, under the same name or a similar one, is never gone to', async (t) => {
  const mock = await startMock(t, demoWithClient({}))
  const ask = rawHttp(mock)
  const cookie = `cognito=${(await signedIn(mock)).cookie(mock.url, 'cognito')}`
  const good = encodeURIComponent('http://localhost:9401/auth/callback')
  const evil = encodeURIComponent('https://evil.example/')
  const names = [
    'redirect_uri',
    'redirect_uri[]',
    'redirect_uri[0]',
    'redirect_uri%00',
    'redirect_uri%20',
    '%72edirect_uri',
    'Redirect_Uri',
    'redirectUri',
    'redirect_uri.x',
    'REDIRECT_URI',
    'post_logout_redirect_uri',
    'logout_uri',
    'returnTo',
    '__proto__[redirect_uri]',
  ]
  const pieces = fc.shuffledSubarray(
    names.map((name) => `${name}=${evil}`),
    { minLength: 1, maxLength: 3 },
  )
  const separators = fc.constantFrom('&', '&&', ';', '%26', '&amp;')
  const property = fc.asyncProperty(pieces, separators, fc.boolean(), async (evils, separator, isFirst) => {
    const rest = `response_type=code&client_id=mockwebclient0000000000001&scope=openid`
    const addresses = isFirst ? [...evils, `redirect_uri=${good}`] : [`redirect_uri=${good}`, ...evils]
    const path = `/oauth2/authorize?${rest}&${addresses.join(separator)}`
    const { location = '' } = await ask({ path, headers: { cookie } })
    return location.startsWith('/error?') || location.startsWith('http://localhost:9401/auth/callback?')
  })
  await always(t, 'parameter pollution', 60, property)
})

/** Parts of a query or a form as somebody could write them by hand, good and bad. */
const rawPiece = fc.oneof(
  anyText(12).map(encodeURIComponent),
  fc.constantFrom(
    '%',
    '%z',
    '%zz',
    '%2',
    '%E0%A4%A',
    '%FF',
    '%C3',
    '%c3%a4',
    '%00',
    '+',
    '%2B',
    ';',
    '!',
    "'",
    '(',
    '[',
    ']',
    '\\',
    '~',
    '%ED%A0%80',
  ),
  fc.string({ unit: fc.constantFrom(...'abc=?/:@+%'), maxLength: 6 }),
)
const rawValue = fc.array(rawPiece, { maxLength: 4 }).map((pieces) => pieces.join(''))
const rawPairs = fc
  .array(fc.tuple(rawValue, fc.constantFrom('=', '', '=='), rawValue), { maxLength: 5 })
  .map((pairs) => pairs.map((pair) => pair.join('')).join('&'))

t.test('the parameters of a query and of a form are those that URLSearchParams reads', async (t) => {
  const mock = await startMock(t, demoWithClient({}))
  const ask = rawHttp(mock)
  const good = new URL(authorizeUrl(mock)).search.slice(1)
  const query = fc.asyncProperty(rawPairs, async (extra) => {
    const raw = `${good}&${extra}`
    fc.pre(!isRepeated(new URLSearchParams(raw)))
    const { location = '' } = await ask({ path: `/oauth2/authorize?${raw}` })
    const arrived = new URLSearchParams(location.slice(location.indexOf('?')))
    return JSON.stringify([...arrived]) === JSON.stringify([...new URLSearchParams(raw)])
  })
  await always(t, 'a query', 100, query)

  const csrf = '5f2d7f3e-0000-4000-8000-000000000000'
  const type = { 'content-type': 'application/x-www-form-urlencoded', cookie: `XSRF-TOKEN=${csrf}` }
  const form = fc.asyncProperty(rawValue, rawPairs, async (username, extra) => {
    const body = `_csrf=${csrf}&password=wrong&username=${username}&${extra}`
    const read = new URLSearchParams(body)
    fc.pre(['_csrf', 'password', 'username'].every((name) => read.getAll(name).length === 1))
    const answer = await ask({ method: 'POST', path: `/login?${good}`, headers: type, body })
    const page = {
      url: new URL(mock.url),
      status: answer.status,
      headers: new Headers(),
      body: answer.body,
      json: () => ({}),
    }
    const sent = read.get('username') ?? ''
    return answer.status === 200 && readForm(page).fields.username === sent
  })
  await always(t, 'a form', 100, form)

  const repeated = fc.asyncProperty(
    fc.constantFrom('code', 'grant_type', 'client_id', 'x'),
    rawValue,
    async (name, value) => {
      const read = new URLSearchParams(`${name}=${value}`)
      fc.pre([...read.keys()].join() === name)
      const body = `grant_type=authorization_code&code=x&client_id=x&x=y&${name}=${value}`
      const answer = await ask({ method: 'POST', path: '/oauth2/token', headers: type, body })
      return answer.status === 400 && answer.body === '{"error":"invalid_request"}'
    },
  )
  await always(t, 'a parameter twice', 40, repeated)
})

/** Whether a parameter that the authorize endpoint reads is there twice. */
const isRepeated = (parameters: URLSearchParams): boolean =>
  ['client_id', 'redirect_uri', 'response_type', 'scope', 'state'].some(
    (name) => parameters.getAll(name).length > 1,
  )

t.test('no request is answered with a 5xx, with its own markup, or with a way to a stranger', async (t) => {
  const mock = await startMock(t, both)
  const ask = rawHttp(mock)
  const { body: tokens } = await exchange(
    mock,
    behind((await (await signedIn(mock)).get(authorizeUrl(mock))).location).get('code') ?? '',
  )
  const { id, secret = '', callbackUrls } = mock.pool.client('web')
  const markup = '<m0ck>"\''
  const paths = [
    ...routesIn(new URL('../../src/idp/app.ts', import.meta.url)),
    '/us-east-1_LocalPool/.well-known/jwks.json',
    '/us-east-1_LocalPool/.well-known/openid-configuration',
    '/_mock/assets/classic.css',
    '/',
  ]
  const words = [
    'client_id',
    'redirect_uri',
    'response_type',
    'scope',
    'state',
    'nonce',
    'prompt',
    'max_age',
    'resource',
    'lang',
    'login_hint',
    'identity_provider',
    'idp_identifier',
    'code_challenge',
    'code_challenge_method',
    'logout_uri',
    'error',
    'grant_type',
    'code',
    'code_verifier',
    'client_secret',
    'refresh_token',
    'token',
    'aws_client_metadata',
    '_csrf',
    'csrf',
    'username',
    'password',
    '__proto__',
  ]
  const plausible = [
    id,
    secret,
    callbackUrls[0] as string,
    'code',
    'token',
    'openid',
    'openid email',
    'none',
    'login',
    '0',
    '-1',
    '1e999',
    'S256',
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'alice',
    'Passw0rd!',
    'COGNITO',
    'Google',
    String(tokens.refresh_token),
    String(tokens.access_token),
    '{"a":{}}',
    '[]',
    'http://localhost:9401/',
    markup,
  ]
  const value = fc.oneof(
    fc.constantFrom(...plausible),
    anyText(30),
    anyText(10).map((text) => text + markup),
  )
  const pairs = fc
    .array(
      fc.tuple(
        fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: anyText(8) }),
        value,
      ),
      { maxLength: 8 },
    )
    .map((list) => new URLSearchParams(list).toString())
  // What HTTP lets through; test/idp/hostile.test.ts has what it does not.
  const letters = (last: number) =>
    fc
      .integer({ min: 0x21, max: last })
      .filter((code) => code !== 0x7f)
      .map((code) => String.fromCharCode(code))
  const latin = fc.string({ unit: letters(0xff), maxLength: 20 })
  const ascii = fc.string({ unit: letters(0x7e), maxLength: 20 })
  const requests = fc.record({
    method: fc.constantFrom('GET', 'POST', 'GET', 'POST', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
    path: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...paths) },
      { weight: 1, arbitrary: ascii.map((text) => `/${text}<m0ck>%zz`) },
      { weight: 1, arbitrary: ascii.map((text) => `/${text}/.well-known/jwks.json`) },
    ),
    query: fc.oneof(
      { weight: 4, arbitrary: pairs },
      { weight: 1, arbitrary: rawPairs },
      { weight: 1, arbitrary: ascii },
    ),
    body: fc.oneof(
      { weight: 4, arbitrary: pairs },
      { weight: 1, arbitrary: rawPairs },
      { weight: 1, arbitrary: anyText() },
    ),
    type: fc.constantFrom(
      'application/x-www-form-urlencoded',
      'application/x-www-form-urlencoded',
      'application/json',
      'multipart/form-data',
      'text/plain; charset=nonsense',
      ';',
    ),
    authorization: fc.oneof(
      fc.constant(undefined),
      fc.constant(basic({ id, secret }).authorization),
      fc.constant(`Bearer ${tokens.access_token}`),
      fc
        .tuple(anyText(10), anyText(10))
        .map(([one, other]) => `Basic ${Buffer.from(`${one}:${other}`).toString('base64')}`),
      latin.map((text) => `Bearer ${text}.${text}.${text}`),
      latin.map((text) => `Basic ${text}`),
    ),
    cookie: fc.oneof(
      fc.constant('XSRF-TOKEN=abc12345; cognito="x"'),
      latin.map((text) => `XSRF-TOKEN=${text}; cognito=${text}; lang=${text}`),
    ),
  })
  const property = fc.asyncProperty(
    requests,
    async ({ method, path, query, body, type, authorization, cookie }) => {
      const isRead = method !== 'GET' && method !== 'HEAD'
      const answer = await ask({
        method,
        path: `${path.replaceAll('#', '')}?${query.replaceAll('#', '')}`,
        headers: { cookie, ...(authorization && { authorization }), ...(isRead && { 'content-type': type }) },
        ...(isRead && { body: body.replaceAll('_csrf=', '_csrf=abc12345&x=') }),
      })
      const next = answer.location?.startsWith('/') ? await ask({ path: answer.location }) : answer
      const fault = faultOf(answer, mock) ?? faultOf(next, mock)
      if (fault !== undefined) throw new Error(fault)
    },
  )
  await always(t, 'any request', 300, property)
})

/** What is wrong with an answer, whatever was asked. */
function faultOf(
  { status, location, headers, body }: RawAnswer,
  { url }: StartedMocknito,
): string | undefined {
  if (status >= 500) return `${status}`
  const isPage = !/^(?:application\/json|text\/plain)/.test(String(headers['content-type']))
  if (body.includes('<m0ck') && (isPage || headers['x-content-type-options'] !== 'nosniff'))
    return `its own markup comes back: ${body}`
  if (location === undefined) return undefined
  const { origin, href } = new URL(location, url)
  const isRegistered =
    href.startsWith('http://localhost:9401/auth/callback') || href === 'http://localhost:9401/'
  return origin === url || isRegistered ? undefined : `it leads to ${location}`
}

/** The paths of the routes, as their files say. */
function routesIn(app: URL): string[] {
  const files = [...readFileSync(app, 'utf8').matchAll(/from '(\.\/routes\/[^']*)'/g)].map(
    ([, file]) => file as string,
  )
  return files.flatMap((file) => {
    const text = readFileSync(new URL(file, app), 'utf8')
    return [...text.matchAll(/'(\/[a-zA-Z0-9/]+)'/g)].map(([, path]) => path as string)
  })
}
