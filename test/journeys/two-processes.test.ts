// Two processes of the BFF on one store, as behind a load balancer: one session, one refresh, and neither kill -9
// nor a restart logs anybody out.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/bff/clock.ts'
import { readConfig } from '../../src/bff/config.ts'
import { fingerprint } from '../../src/bff/secrets.ts'
import { sessionsIn } from '../../src/bff/sessions.ts'
import { fileStore } from '../../src/bff/stores/file.ts'
import { createVault } from '../../src/bff/vault.ts'
import { startSampleApi } from '../../src/sample-api/start.ts'
import { alice, createBrowser } from '../support/browser.ts'
import { startWorld } from '../support/world.ts'

const main = fileURLToPath(new URL('../../src/bff/main.ts', import.meta.url))

interface Running {
  readonly url: string
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<unknown>
}

async function startProcess(t: Test, env: Record<string, string>): Promise<Running> {
  const child = spawn(process.execPath, [...process.execArgv, main], { env: { ...process.env, ...env } })
  const ended = once(child, 'close')
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  child.stderr.resume()
  const [said] = await once(child.stdout, 'data')
  return { url: String(said).trim(), child, ended }
}

t.test('one session, two processes, one refresh', { timeout: 120_000 }, async (t) => {
  const mock = await startWorld(t, {
    fixture: {
      pools: [
        {
          UserPool: { Name: 'two processes' },
          Clients: [
            {
              ClientName: 'web',
              GenerateSecret: true,
              AllowedOAuthFlows: ['code'],
              AllowedOAuthScopes: ['openid', 'email', 'profile'],
              RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 0 },
            },
          ],
          Users: [{ Username: 'alice', Password: alice.password }],
        },
      ],
    },
  })
  const { pool } = mock
  const web = pool.client('web')
  const clientIds = () => [web.id]
  await using api = await startSampleApi({ issuer: pool.issuer, jwksUri: pool.jwksUri, clientIds }, 0)

  const [folder, key] = [t.testdir(), randomBytes(32)]
  const env = {
    COGNITO_ISSUER: pool.issuer,
    COGNITO_CLIENT_ID: web.id,
    COGNITO_CLIENT_SECRET: String(web.secret),
    BFF_PORT: '0',
    BFF_STORE: folder,
    BFF_SESSION_KEYS: key.toString('base64'),
    BFF_PROXIES: `/api=${api.url}`,
  }
  const processes = await Promise.all([startProcess(t, env), startProcess(t, env)])
  const [one, other] = processes
  await web.register({ callbackUrls: processes.map(({ url }) => `${url}/auth/callback`) })

  const browser = createBrowser()
  await browser.get(await browser.signIn(`${one.url}/auth/login`, alice))
  const sid = browser.cookie(one.url, '__Host-bff-sid')
  const headers = { cookie: `__Host-bff-sid=${sid}` }
  const me = async ({ url }: Running) => (await fetch(`${url}/api/me`, { headers })).status
  t.equal(await me(one), 200)
  t.equal(await me(other), 200, 'what one has opened the other finds')

  // The test holds the key as well, and lets the token grow old.
  const shared = { store: await fileStore(folder), vault: createVault([key]), clock: systemClock }
  const sessions = sessionsIn({ ...shared, limits: readConfig(env) })
  const age = () =>
    sessions.change(fingerprint(String(sid)), ({ tokens }) => ({
      tokens: { ...tokens, accessExpiresAt: Date.now() + 30_000, refreshAt: Date.now() },
    }))
  const tokenRequests = () => mock.exchanges().filter(({ path }) => path === '/oauth2/token')
  for (const round of [1, 2, 3]) {
    await age()
    const before = tokenRequests().length
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => me(index % 2 ? one : other)))
    t.strictSame(new Set(answers), new Set([200]), `round ${round}`)
    t.equal(tokenRequests().length, before + 1)
  }
  t.ok(
    tokenRequests().every(({ status }) => status === 200),
    'with rotation and no grace a second one would fail',
  )

  for (const { child } of processes) child.kill('SIGKILL')
  await Promise.all(processes.map(({ ended }) => ended))
  const again = await startProcess(t, env)
  const status = await fetch(`${again.url}/auth/status`, { headers })
  t.match(await status.json(), { loggedIn: true, user: { username: 'alice' } })
  t.equal(await me(again), 200)
})
