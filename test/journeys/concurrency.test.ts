// Many at once, over real sockets: the outcomes are exactly those that the rules say, whoever comes first.
import t from 'tap'
import type { Fixture } from '../../src/idp/fixture/fixture.ts'
import type { StartedMocknito } from '../../src/start.ts'
import { createBrowser } from '../support/browser.ts'
import { demoWith, demoWithClient } from '../support/fixtures.ts'
import {
  authorizeUrl,
  basic,
  claimsOf,
  exchange,
  freshCode,
  freshTokens,
  postToken,
  type TokenAnswer,
} from '../support/oauth.ts'
import { shows, startWorld } from '../support/world.ts'

// Two cores may be shared with a whole suite of browsers.
t.setTimeout(180_000)

const times = <Value>(count: number, ask: (index: number) => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => ask(index)))

const winnersOf = (answers: readonly TokenAnswer[]): TokenAnswer[] =>
  answers.filter(({ status }) => status === 200)

/** How often a rule has refused. */
const refusals = (mock: StartedMocknito, rule: string): number =>
  mock
    .exchanges()
    .flatMap(({ verdicts }) => verdicts.filter((verdict) => verdict.rule === rule && !verdict.holds)).length

const userInfo = async (mock: StartedMocknito, token: unknown): Promise<number> =>
  (await fetch(`${mock.url}/oauth2/userInfo`, { headers: { authorization: `Bearer ${token}` } })).status

const refreshAs =
  (mock: StartedMocknito) =>
  (refresh_token: unknown): Promise<TokenAnswer> =>
    postToken(
      mock,
      { grant_type: 'refresh_token', refresh_token: String(refresh_token) },
      basic(mock.pool.client('web')),
    )

const rotating = (graceSeconds: number): Fixture =>
  demoWithClient({ RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: graceSeconds } })

t.test('of 200 exchanges of one code one wins, and keeps what it has won', async (t) => {
  shows(t, 'token.one-winner')
  const mock = await startWorld(t)
  const code = await freshCode(mock)
  const answers = await times(200, () => exchange(mock, code))
  const [winner, ...others] = winnersOf(answers)
  t.strictSame(others, [], 'nobody else')
  const losers = answers.filter(({ status }) => status !== 200)
  t.equal(losers.length, 199)
  for (const { status, body } of losers) t.strictSame([status, body], [400, { error: 'invalid_grant' }])
  t.equal(refusals(mock, 'code.single-use'), 199)

  const { access_token, refresh_token } = winner?.body ?? {}
  t.equal(await userInfo(mock, access_token), 200)
  t.equal((await refreshAs(mock)(refresh_token)).status, 200)
})

t.test('whoever comes first uses the code up, right or wrong; unless that is switched', async (t) => {
  const wrong = { redirect_uri: 'http://localhost:9401/' }
  const spent = await startWorld(t)
  const code = await freshCode(spent)
  const answers = await times(100, (index) => exchange(spent, code, index % 2 === 0 ? wrong : {}))
  t.ok(winnersOf(answers).length <= 1, 'one at most')
  t.equal(refusals(spent, 'code.single-use'), 99)
  t.equal((await exchange(spent, code)).status, 400, 'and then nobody')

  const kept = await startWorld(t, { switches: { 'failed-exchange': 'keeps-code' } })
  const other = await freshCode(kept)
  const tries = await times(100, (index) => exchange(kept, other, index % 2 === 0 ? wrong : {}))
  const afterwards = await exchange(kept, other)
  t.equal(winnersOf([...tries, afterwards]).length, 1, 'one in the end')
})

t.test('of 50 refreshes of one rotating token one wins', async (t) => {
  const mock = await startWorld(t, { fixture: rotating(0) })
  const refresh = refreshAs(mock)
  const { refresh_token } = await freshTokens(mock)
  const answers = await times(50, () => refresh(refresh_token))
  const [winner, ...others] = winnersOf(answers)
  t.strictSame(others, [])
  for (const { status, body } of answers.filter((answer) => answer !== winner))
    t.strictSame([status, body], [400, { error: 'invalid_grant' }])
  t.equal(refusals(mock, 'refresh.rotation'), 49)
  const next = await refresh(winner?.body.refresh_token)
  t.equal(next.status, 200, 'and its new token is good')
  t.equal(await userInfo(mock, next.body.access_token), 200)
})

t.test('within a grace period all 50 win, each a token of its own for the same login', async (t) => {
  const mock = await startWorld(t, { fixture: rotating(60) })
  const refresh = refreshAs(mock)
  const first = await freshTokens(mock)
  const answers = winnersOf(await times(50, () => refresh(first.refresh_token)))
  t.equal(answers.length, 50)
  t.equal(new Set(answers.map(({ body }) => body.refresh_token)).size, 50)
  const logins = new Set(answers.map(({ body }) => claimsOf(String(body.access_token)).origin_jti))
  t.strictSame([...logins], [claimsOf(first.access_token).origin_jti])
  const again = await Promise.all(answers.map(({ body }) => refresh(body.refresh_token)))
  t.equal(winnersOf(again).length, 50)
})

t.test('without rotation a refresh token serves all who come at once', async (t) => {
  const mock = await startWorld(t)
  const { refresh_token } = await freshTokens(mock)
  const answers = winnersOf(await times(50, () => refreshAs(mock)(refresh_token)))
  t.equal(new Set(answers.map(({ body }) => claimsOf(String(body.access_token)).jti)).size, 50)
  t.ok(answers.every(({ body }) => body.refresh_token === undefined))
})

t.test('what is revoked while it is being refreshed is dead, every part of it', async (t) => {
  const mock = await startWorld(t, { fixture: rotating(60) })
  const refresh = refreshAs(mock)
  const first = await freshTokens(mock)
  const revoke = () =>
    fetch(`${mock.url}/oauth2/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token: first.refresh_token }),
      headers: basic(mock.pool.client('web')),
    })
  const answers: TokenAnswer[] = []
  await times(30, async (index) => {
    if (index === 15) t.equal((await revoke()).status, 200)
    else answers.push(await refresh(first.refresh_token))
  })
  for (const { body } of [{ body: first }, ...winnersOf(answers)]) {
    t.equal(await userInfo(mock, body.access_token), 401)
    t.same((await refresh(body.refresh_token)).body, { error: 'invalid_grant' })
  }
})

t.test('200 people log in at once, and each is who they are', async (t) => {
  const people = Array.from({ length: 200 }, (_, index) => ({
    username: `person${index}`,
    password: `Passw0rd-${index}!`,
  }))
  const fixture = demoWith((pool) => {
    pool.Users = people.map(({ username, password }) => ({ Username: username, Password: password }))
  })
  const mock = await startWorld(t, { fixture })
  const visits = await times(200, async (index) => {
    const browser = createBrowser()
    const url = authorizeUrl(mock, { state: `s${index}`, nonce: `n${index}` })
    const { searchParams: answer } = await browser.signIn(url, people[index] as (typeof people)[number])
    const { body } = await exchange(mock, String(answer.get('code')))
    const page = await browser.get(url.replace('/oauth2/authorize', '/login'))
    return {
      code: answer.get('code'),
      state: answer.get('state'),
      session: browser.cookie(mock.url, 'cognito'),
      goesOnAs: /"Sign In as (\w+)"/.exec(page.body)?.[1],
      claims: claimsOf(String(body.id_token)),
    }
  })
  for (const [index, { state, goesOnAs, claims }] of visits.entries())
    t.strictSame(
      [state, claims['cognito:username'], claims.nonce, goesOnAs],
      [`s${index}`, `person${index}`, `n${index}`, `person${index}`],
    )
  for (const name of ['code', 'session'] as const)
    t.equal(new Set(visits.map((visit) => visit[name])).size, 200)
  for (const claim of ['sub', 'jti', 'origin_jti', 'event_id'])
    t.equal(new Set(visits.map(({ claims }) => claims[claim])).size, 200, claim)
})
