// The life of an authorization code: one use, five minutes; at the mock, and as the demo shows it, beside the grant without codes.
import t, { type Test } from 'tap'
import type { Try } from '../../src/demo/at-the-mock.ts'
import type { Walk } from '../../src/demo/compare.ts'
import { startDemo } from '../../src/demo/start.ts'
import type { TakenStep } from '../../src/demo/steps.ts'
import { alice, bob, createBrowser } from '../support/browser.ts'
import { exchange, freshCode } from '../support/oauth.ts'
import { lastReason, shows, startWorld } from '../support/world.ts'

t.test('a code works once', async (t) => {
  shows(t, 'code.single-use')
  const mock = await startWorld(t)
  const code = await freshCode(mock)
  t.equal((await exchange(mock, code)).status, 200)
  await mock.pool.clock.advance('3s')
  const second = await exchange(mock, code)
  t.equal(second.status, 400)
  t.same(second.body, { error: 'invalid_grant' })
  t.match(
    lastReason(mock),
    /^code\.single-use: the code was used [34] s ago by client mockwebclient0000000000001$/,
  )
})

t.test('a code works at 4:59', async (t) => {
  const mock = await startWorld(t)
  const code = await freshCode(mock)
  await mock.pool.clock.advance('4m')
  await mock.pool.clock.advance('59s')
  t.equal((await exchange(mock, code)).status, 200)
})

t.test('and not at 5:01', async (t) => {
  shows(t, 'code.lifetime')
  const mock = await startWorld(t)
  const code = await freshCode(mock)
  await mock.pool.clock.advance('5m')
  await mock.pool.clock.advance('1s')
  const late = await exchange(mock, code)
  t.equal(late.status, 400)
  t.same(late.body, { error: 'invalid_grant' })
  t.match(lastReason(mock), /^code\.lifetime: the code expired [12] s ago; codes live for 5 minutes$/)
})

interface Tries {
  readonly tries: readonly Try[]
}
type Walks = Readonly<Record<'implicit' | 'code', Walk>>

/** Somebody who has logged in at the demo, and a way to ask it as its pages do. */
async function visitorOf(t: Test) {
  const demo = await startDemo({ port: 0, bffPort: 0 })
  t.teardown(demo.close)
  const browser = createBrowser()
  await browser.get(await browser.signIn(`${demo.bff.url}/auth/login`, alice))
  const cookie = `__Host-bff-sid=${browser.cookie(demo.bff.url, '__Host-bff-sid')}`
  const asOurPage = { cookie, 'x-csrf': '1' }
  async function ask<T>(
    path: string,
    body?: object,
    headers: Record<string, string> = asOurPage,
    method = 'POST',
  ) {
    const type = body && { 'content-type': 'application/json' }
    const answer = await fetch(demo.bff.url + path, {
      method,
      headers: { accept: 'application/json', ...type, ...headers },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, said: (await answer.json()) as T }
  }
  const look = <T>(path: string, headers = asOurPage) => ask<T>(path, undefined, headers, 'GET')
  return { demo, browser, ask, look }
}

t.test('the demo shows both ends of a code, and no token with it', async (t) => {
  const { demo, ask } = await visitorOf(t)
  const twice = (await ask<Tries>('/demo/codes', { what: 'twice' })).said
  t.match(twice.tries, [
    { status: 200, answer: { token_type: 'Bearer', expires_in: 3600, access_token: /stays on the server/ } },
    { status: 400, answer: { error: 'invalid_grant' }, reason: /^code\.single-use: the code was used/ },
  ])
  t.notMatch(JSON.stringify(twice), /eyJ/)
  const before = demo.mock.pool.clock.now()
  const late = (await ask<Tries>('/demo/codes', { what: 'late' })).said
  t.match(late.tries, [
    { status: 400, answer: { error: 'invalid_grant' }, reason: /^code\.lifetime: the code expired 1 s ago/ },
  ])
  t.ok(demo.mock.pool.clock.now().getTime() - before.getTime() < 60_000, 'and nobody’s clock has moved')

  t.equal((await ask('/demo/codes', { what: 'twice' }, { 'x-csrf': '1' })).status, 401)
  t.equal((await ask('/demo/codes', { what: 'twice' }, {})).status, 403)
  t.equal((await ask('/demo/codes', { what: 'never' })).status, 400)
})

t.test('and the implicit grant beside it: where there is a token, and what a thief gets', async (t) => {
  const { demo, browser, ask } = await visitorOf(t)
  const { implicit, code } = (await ask<Walks>('/demo/compare')).said
  t.match(implicit.callbackUrl, `${demo.bff.url}/demo/compare#`)
  const token = String(new URLSearchParams(new URL(implicit.callbackUrl).hash.slice(1)).get('access_token'))
  const headers = { authorization: `Bearer ${token}` }
  t.equal((await fetch(`${demo.mock.url}/oauth2/userInfo`, { headers })).status, 200, 'it is a real one')
  t.match(implicit, { backChannel: [], thief: { status: 200, answer: { username: 'alice' } } })
  t.strictSame(Object.values(implicit.places), ['token', 'token', 'nothing'])

  t.ok(new URL(code.callbackUrl).searchParams.has('code'))
  t.match(code, {
    backChannel: [{ status: 200, answer: { id_token: /stays on the server/ } }],
    thief: { status: 400, answer: { error: 'invalid_client' } },
  })
  t.strictSame(Object.values(code.places), ['code', 'nothing', 'code'])
  t.notMatch(JSON.stringify(code), /eyJ/)

  const away = await browser.get(`${demo.bff.url}/demo/compare/implicit`)
  const back = await browser.get(away.location as URL)
  t.match(back.location?.hash, /access_token=eyJ/, 'in one’s own browser too')
  t.equal((await ask('/demo/compare', undefined, { 'x-csrf': '1' })).status, 401)
  t.equal((await ask('/demo/compare', undefined, {})).status, 403)
  t.same(
    demo.mock.pool.clients.filter(({ oauthFlows }) => oauthFlows.includes('implicit')).length,
    1,
    'one client is enough for all who look',
  )
  for (const [path, type] of [
    ['', 'text/html'],
    ['.js', 'text/javascript'],
    ['.css', 'text/css'],
  ]) {
    const { headers } = await browser.get(`${demo.bff.url}/demo/compare${path}`)
    t.match(headers.get('content-type'), type)
  }
})

const asTaken = ({ step, method, path, status }: TakenStep) => [step, method, path, status].join(' ')
const wholeLogin = ['4 GET /oauth2/authorize 302', '7 POST /oauth2/token 200', '9 GET /oauth2/userInfo 200']

t.test('the steps of a login that no page can see are told to whoever has logged in', async (t) => {
  const { demo, ask, look } = await visitorOf(t)
  const other = createBrowser()
  await other.get(await other.signIn(`${demo.bff.url}/auth/login`, bob))
  await demo.mock.pool.auth.follow((await other.get(`${demo.bff.url}/auth/login`)).location?.href ?? '', {
    user: 'alice',
  })
  await ask('/demo/codes', { what: 'twice' })
  const { said, status } = await look<TakenStep[]>('/demo/steps')
  t.equal(status, 200)
  t.strictSame(said.map(asTaken), wholeLogin)
  t.strictSame(Object.keys(said[0] ?? {}), ['step', 'id', 'method', 'path', 'status', 'at'], 'and no more')
  const recorded = await demo.mock.pool.requests.list()
  for (const { id, at } of said) t.equal(recorded.find((each) => each.id === id)?.at.toJSON(), String(at))
  t.ok(
    said.every(({ id }) => id < Number(recorded.find(({ user }) => user === 'bob')?.id)),
    'nothing of the login of somebody else, nor of a later one',
  )
  t.equal((await look('/demo/steps', { cookie: '', 'x-csrf': '1' })).status, 401)

  const { logoutUrl } = (await look<{ logoutUrl: string }>('/auth/status')).said
  const sid = new URL(logoutUrl, demo.bff.url).searchParams.get('sid')
  t.strictSame((await ask('/demo/steps', { sid })).said, [], 'nobody has logged out')
  await other.post(`${demo.bff.url}/auth/logout?local=1`, {}, { origin: demo.bff.url })
  t.equal((await demo.mock.pool.requests.last('revoke'))?.user, 'bob')
  t.strictSame((await ask('/demo/steps', { sid })).said, [], 'or somebody else')
  await ask('/auth/logout?local=1')
  const nobody = { 'x-csrf': '1' }
  const last = (await ask<TakenStep[]>('/demo/steps', { sid }, nobody)).said
  t.strictSame(last.map(asTaken), ['12 POST /oauth2/revoke 200'])
  t.strictSame((await ask('/demo/steps', { sid: 'another' }, nobody)).said, [])
  t.equal((await ask('/demo/steps', { sid }, {})).status, 403)
})

t.test('silent logins have the same steps, and what the mock has forgotten is not made up', async (t) => {
  const { demo, browser } = await visitorOf(t)
  const { requests } = demo.mock.pool
  const steps = async () => {
    const cookie = `__Host-bff-sid=${browser.cookie(demo.bff.url, '__Host-bff-sid')}`
    const answer = await fetch(`${demo.bff.url}/demo/steps`, { headers: { cookie } })
    return ((await answer.json()) as TakenStep[]).map(asTaken)
  }
  const callback = async () => {
    const away = await browser.get(`${demo.bff.url}/auth/login`)
    return (await browser.get(away.location as URL)).location as URL
  }
  await browser.get(await callback())
  t.strictSame(await steps(), wholeLogin)
  await requests.clear()
  t.strictSame(await steps(), [])
  const late = await callback()
  await requests.clear()
  await browser.get(late)
  t.strictSame(await steps(), wholeLogin.slice(1))
})
