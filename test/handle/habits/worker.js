// One of several workers of a test runner, run by habits.test.ts: a pool of its own at a mock that all of them share.
// Writes how its logins ended, as one line of JSON.
import { connect } from '../../../dist/index.js'

const [url = '', name = ''] = process.argv.slice(2)
const mock = await connect(url)
const pool = await mock.createPool({ name, users: [{ username: name, password: 'Passw0rd!' }] })
const web = pool.client('web')

const logIn = async () => {
  const { code } = await pool.auth.code({ user: name })
  const answer = await fetch(`${pool.domainUrl}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${web.id}:${web.secret}`)}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: web.callbackUrls[0],
    }),
  })
  return answer.status
}

// What is armed, moved and counted here is nobody else's.
await pool.faults.add('token:code', { throttle: true }, { times: 3 })
await pool.clock.advance('1h')
const statuses = await Promise.all(Array.from({ length: 20 }, logIn))
await pool.faults.assertAllUsed()
const sent = await pool.requests.count({ target: 'token:code' })
const users = (await pool.users.list()).length
await mock.deletePool(pool.id)
await mock.close()
process.stdout.write(JSON.stringify({ name, statuses: statuses.toSorted(), sent, users }))
