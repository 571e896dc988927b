// The contract, held in this process; and what only a mock of this process has.
import t from 'tap'
import { isMeant, targetOf } from '../../src/idp/domain/target.ts'
import { managedDemo } from '../support/fixtures.ts'
import { startWorld } from '../support/world.ts'
import { contract, everyExample } from './contract.ts'

t.test('the contract, embedded', async (t) => {
  contract(t, await startWorld(t))
})

t.test('every member has an example, which runs', async (t) => {
  everyExample(t, await startWorld(t))
})

t.test('a hook of the test changes an answer, and leaves alone what it does not name', async (t) => {
  const { pool } = await startWorld(t)
  await pool.faults.next('authorize', {
    hook: (answer) => {
      answer.headers['x-hook'] = 'was here'
    },
  })
  const untouched = await fetch(`${pool.domainUrl}/oauth2/authorize?client_id=nobody`, { redirect: 'manual' })
  t.equal(untouched.status, 302)
  t.equal(untouched.headers.get('x-hook'), 'was here')
  await pool.faults.next('discovery', {
    hook: (answer) => {
      answer.status = 203
      answer.body = JSON.stringify({ ...JSON.parse(answer.body), issuer: 'https://elsewhere.example' })
    },
  })
  const answer = await fetch(`${pool.issuer}/.well-known/openid-configuration`)
  t.equal(answer.status, 203)
  t.match(await answer.json(), { issuer: 'https://elsewhere.example', jwks_uri: pool.jwksUri })
  t.match(await pool.requests.last('discovery'), { status: 203 })
})

t.test('a fault that struck is a line in the log', async (t) => {
  const lines: string[] = []
  const { pool } = await startWorld(t, { log: (line) => lines.push(line) })
  const { id } = await pool.faults.next('jwks', { throttle: true })
  await fetch(pool.jwksUri)
  t.equal(lines.at(-1), `GET /${pool.id}/.well-known/jwks.json 429 | ${id} struck, as a test has ordered`)
})

t.test('a hook that throws is a defect, and says so', async (t) => {
  const mock = await startWorld(t)
  await mock.pool.faults.next('jwks', {
    hook: () => {
      throw new Error('the hook is broken')
    },
  })
  t.equal((await fetch(mock.pool.jwksUri)).status, 500)
  t.match(await mock.pool.requests.last('jwks'), { status: 500, outcome: 'failed' })
})

t.test('what only a caller without types can order is no fault', async (t) => {
  const { faults } = (await startWorld(t)).pool
  await t.rejects(faults.next('jwks', { hook: 'x' } as never), { message: 'hook is no function' })
  await t.rejects(faults.next('jwks', undefined as never), { message: /^a fault is one of oauth, / })
  t.same(await faults.pending(), [])
})

t.test('a copy of a pool under managed login has its look', async (t) => {
  const mock = await startWorld(t, { fixture: managedDemo() })
  const copy = await mock.createPool()
  const page = await fetch(`${copy.domainUrl}/login?client_id=${copy.client('web').id}&response_type=code`)
  t.match(await page.text(), '/_mock/assets/managed.css')
})

t.test('the only pool stays, and a reset of one thing leaves the rest', async (t) => {
  const mock = await startWorld(t)
  await t.rejects(mock.deletePool(mock.pool.id), {
    message: `${mock.pool.id} is the only pool, and has to stay`,
  })
  await fetch(mock.pool.jwksUri)
  await mock.reset('clock')
  t.match(await mock.requests.list(), [{ target: 'jwks' }])
  await mock.reset('requests')
  t.same(await mock.requests.list(), [])
  t.same(await mock.pool.requests.list(), [])
})

t.test('whoever waits when the mock closes is told', async (t) => {
  const mock = await startWorld(t)
  const waiting = mock.pool.requests.waitFor({ target: 'revoke' })
  await Promise.all([t.rejects(waiting, { message: 'the mock was closed' }), mock.close()])
})

t.test('what a request is about, in a word', async (t) => {
  t.equal(targetOf('/oauth2/token', 'password'), 'token')
  t.equal(targetOf('/oauth2/token', 'constructor'), 'token')
  t.equal(targetOf('/', undefined, 'InitiateAuth'), 'api:InitiateAuth')
  t.equal(targetOf('/'), 'other')
  t.equal(targetOf('toString'), 'other')
  t.ok(isMeant('token', 'token:code'))
  t.notOk(isMeant('token', 'other'))
})
