// The life of an authorization code: one use, five minutes.
import t from 'tap'
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
