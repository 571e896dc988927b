// A real browser and both ports: Chromium trusts the CA after the command that the banner prints, and no other; and who
// goes to one host by https and by http can sign in by either, though the two share a cookie jar.
import { execFileSync, spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import t from 'tap'
import { howToTrust } from '../../src/https/how-to-trust.ts'
import type { SecurePort } from '../../src/https/index.ts'
import { launchChromium } from '../support/chromium.ts'
import { authorizeUrl } from '../support/oauth.ts'
import { startWorld } from '../support/world.ts'

const mock = await startWorld(t, { https: true })
const { port, caFile } = mock.https as SecurePort

/** Somebody who has used Chromium before, and then did what the banner says. */
const home = t.testdir({ '.pki': { nssdb: {} } })
const hasCertutil = spawnSync('certutil', ['-H']).error === undefined
if (hasCertutil)
  execFileSync('sh', ['-c', howToTrust(String(caFile), 'linux')], { env: { ...process.env, HOME: home } })
const chromium = await launchChromium(home)
t.teardown(() => chromium.close())

t.test(
  'Chromium trusts the port once it has been told to',
  { skip: !hasCertutil && 'there is no certutil (Debian: libnss3-tools)' },
  async (t) => {
    const page = await chromium.newPage()
    for (const name of ['127.0.0.1', 'localhost', 'mocknito.localhost']) {
      const answer = await page.goto(authorizeUrl(mock).replace(mock.url, `https://${name}:${port}`))
      t.equal(answer?.status(), 200, name)
      t.match(page.url(), `https://${name}:${port}/login?`)
      t.match(await answer?.securityDetails(), { issuer: /^mocknito local CA/, subjectName: 'mocknito' })
    }
    await t.rejects(page.goto(`https://other.localhost:${port}/`), /ERR_CERT_COMMON_NAME_INVALID/)

    const lines: string[] = []
    const https = { names: ['elsewhere.test'] }
    const stranger = await startWorld(t, { https, log: (line) => lines.push(line) })
    await t.rejects(page.goto(String(stranger.https?.url)), /ERR_CERT_AUTHORITY_INVALID/)
    t.match(lines, [/^a client refuses the certificate of the https port: it does not trust the CA/])
  },
)

/** Signs alice in at a page that asks her to, and waits for the app. */
async function signIn(page: Page, authorize: string, app: string): Promise<void> {
  await page.goto(authorize)
  await page.locator('input[name="username"]:visible').fill('alice')
  await page.locator('input[name="password"]:visible').fill('Passw0rd!')
  await page.locator('input[name="password"]:visible').press('Enter')
  await page.waitForURL(`${app}?code=**`)
}

t.test('one host by https and by http, in either order: signing in and out works', async (t) => {
  const server = createServer((_, response) => response.end('the app'))
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const app = `http://localhost:${(server.address() as AddressInfo).port}/`
  const { id } = await mock.pool.client('web').register({ callbackUrls: [app], logoutUrls: [app] })
  for (const host of ['localhost', '127.0.0.1']) {
    const origins = { https: `https://${host}:${port}`, http: `http://${host}:${mock.port}` }
    const context = await chromium.newContext({ ignoreHTTPSErrors: true })
    const page = await context.newPage()
    for (const scheme of ['https', 'http', 'https'] as const) {
      const origin = origins[scheme]
      await signIn(page, authorizeUrl(mock, { redirect_uri: app }).replace(mock.url, origin), app)
      const cookies = await context.cookies(origin)
      for (const name of ['XSRF-TOKEN', 'cognito', 'cognito-fl'])
        t.match(
          cookies.find((cookie) => cookie.name === name),
          { secure: scheme === 'https', httpOnly: true, sameSite: 'Lax' },
          `${name} at ${origin}`,
        )
      await page.goto(`${origin}/logout?client_id=${id}&logout_uri=${encodeURIComponent(app)}`)
      t.equal(page.url(), app)
    }
    await context.close()
  }
})
