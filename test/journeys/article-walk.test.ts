// The article's walk, as anybody can do it with curl: docs/recipes/code-grant-with-curl.sh against a running mock.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { freshCode } from '../support/oauth.ts'
import { startWorld } from '../support/world.ts'

const run = promisify(execFile)
const script = fileURLToPath(new URL('../../docs/recipes/code-grant-with-curl.sh', import.meta.url))

t.test('authorize, exchange with base64 credentials, and ask who it was', async (t) => {
  const mock = await startWorld(t)
  const env = { ...process.env, DOMAIN: mock.url, WALK_USERNAME: 'alice', WALK_PASSWORD: 'Passw0rd!' }
  const { stdout, stderr } = await run('bash', [script], { env })
  t.match(JSON.parse(stdout), { username: 'alice', email: 'alice@example.com', email_verified: 'true' })
  t.match(stderr, /The code, good for five minutes and for one use: [0-9a-f-]{36}\n/)
  t.match(stderr, /Authorization: Basic bW9ja3dlYmNsaWVudDAw/)
  t.match(stderr, /An access token for 3600 seconds/)
  t.same(
    mock.exchanges().map(({ method, path, status }) => `${method} ${path} ${status}`),
    [
      'GET /oauth2/authorize 302',
      'GET /login 200',
      'POST /login 302',
      'POST /oauth2/token 200',
      'GET /oauth2/userInfo 200',
    ],
  )
})

t.test('somebody who signs in with his own browser pastes the callback', async (t) => {
  const mock = await startWorld(t)
  const callback = `http://localhost:9401/auth/callback?code=${await freshCode(mock)}&state=by-hand`
  const walking = run('bash', [script], { env: { ...process.env, DOMAIN: mock.url } })
  walking.child.stdin?.end(`${callback}\n`)
  t.match(JSON.parse((await walking).stdout), { username: 'alice' })
})

t.test('a wrong password ends the walk', async (t) => {
  const mock = await startWorld(t)
  const env = { ...process.env, DOMAIN: mock.url, WALK_USERNAME: 'alice', WALK_PASSWORD: 'wrong' }
  await t.rejects(run('bash', [script], { env }), { code: 1, stderr: /there is no code in ''/ })
})
