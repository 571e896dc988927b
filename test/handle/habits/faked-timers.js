// Run by habits.test.ts in a process of its own: whoever fakes the timers of a test runner's process stops the runner.
// Writes what a mock does while time is faked, as one line of JSON.
import { request } from 'node:http'
import { mock as fake } from 'node:test'
import { connect, startMocknito } from '../../../dist/index.js'

/** `fetch` may hang when everything is faked, which is not the mock's doing; plain HTTP does not. */
const get = (url) =>
  new Promise((resolve, reject) => {
    request(url, { agent: false }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode))
    })
      .on('error', reject)
      .end()
  })

async function live({ pool }) {
  const aheadSeconds = Math.round((pool.clock.now().getTime() - startedAt) / 1000)
  const { code } = await pool.auth.code({ user: 'alice' })
  await pool.faults.next('jwks', { delay: '30ms' })
  await pool.faults.next('jwks', { dribble: { chunks: 3, over: '20ms' } })
  const statuses = [await get(pool.jwksUri), await get(pool.jwksUri)]
  const vain = await pool.requests
    .waitFor({ target: 'revoke' }, { timeout: '20ms' })
    .catch(({ name }) => name)
  const token = await pool.tokens.mint()
  const [, payload = ''] = token.split('.')
  const { iat } = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return { aheadSeconds, code: code.length, statuses, vain, iatIsNow: Math.abs(iat - startedAt / 1000) < 60 }
}

const startedAt = Date.now()
const early = await startMocknito()
const results = []
for (const apis of [['setTimeout', 'setInterval', 'setImmediate', 'Date'], ['Date']]) {
  fake.timers.enable({ now: 0, apis })
  const late = await startMocknito()
  const remote = await connect(early.url)
  for (const mock of [early, late, remote]) results.push(await live(mock))
  await remote.close()
  await late.close()
  fake.timers.reset()
}
fake.timers.enable({ now: 1_000_000_000_000, apis: ['Date'] })
const follower = await startMocknito({ followSystemDate: true })
results.push(follower.pool.clock.now().getTime())
await follower.close()
fake.timers.reset()
await early.close()
process.stdout.write(JSON.stringify(results))
