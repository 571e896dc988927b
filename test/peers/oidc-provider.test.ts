// The BFF against another provider from another hand, by configuration only: the npm package oidc-provider, which
// is certified, knows nothing of Cognito, and rotates refresh tokens.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import t from 'tap'
import { startBff } from '../../src/bff/start.ts'
import { createBrowser, readForm } from '../support/browser.ts'

const client = { client_id: 'bff', client_secret: 'a secret of the bff' }

/** A provider with its own development pages, for a BFF at this callback. */
async function startProvider() {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const tokenRequests: string[] = []
  let provider: Provider | undefined
  return {
    issuer,
    tokenRequests,
    serve(callback: string) {
      provider = new Provider(issuer, {
        clients: [
          {
            ...client,
            redirect_uris: [callback],
            grant_types: ['authorization_code', 'refresh_token'],
            scope: 'openid email offline_access',
          },
        ],
        // Refresh tokens without the consent that offline_access asks for: this is about the BFF.
        issueRefreshToken: async () => true,
        claims: { openid: ['sub'], email: ['email', 'email_verified'] },
        features: { revocation: { enabled: true } },
        ttl: { AccessToken: 3600 },
        findAccount: async (_context, sub) => ({
          accountId: sub,
          claims: async () => ({ sub, email: `${sub}@example.com`, email_verified: true }),
        }),
      })
      const handle = provider.callback()
      server.on('request', (request, response) => {
        if (request.url === '/token') tokenRequests.push(String(request.method))
        void handle(request, response)
      })
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

t.test('log in, refresh, log out here', async (t) => {
  const provider = await startProvider()
  t.teardown(provider.close)
  await using bff = await startBff({
    COGNITO_ISSUER: provider.issuer,
    COGNITO_CLIENT_ID: client.client_id,
    COGNITO_CLIENT_SECRET: client.client_secret,
    BFF_SCOPES: 'openid email',
    BFF_PROVIDER_LOGOUT: 'none',
    BFF_PORT: '0',
  })
  provider.serve(`${bff.url}/auth/callback`)

  const browser = createBrowser()
  const isHome = ({ origin }: URL) => origin === bff.url
  const page = await browser.follow(`${bff.url}/auth/login`)
  const entered = await browser.submit(page, { login: 'alice', password: 'any' })
  const consent = await browser.follow(entered.location as URL, isHome)
  const agreed = await browser.post(readForm(consent).action, readForm(consent).fields)
  const back = await browser.follow(agreed.location as URL, isHome)
  t.equal((await browser.get(back.location as URL)).status, 303)

  const status = async () => (await browser.get(`${bff.url}/auth/status`)).json()
  t.match(await status(), {
    loggedIn: true,
    user: { sub: 'alice', username: 'alice@example.com', email: 'alice@example.com', email_verified: true },
  })

  const csrf = { 'x-csrf': '1', accept: 'application/json' }
  for (const round of [1, 2]) {
    const refreshed = await browser.post(`${bff.url}/auth/refresh`, {}, csrf)
    t.equal(refreshed.status, 204, `round ${round}: with the token that came last`)
  }
  t.equal(provider.tokenRequests.length, 3)

  const out = await browser.post(`${bff.url}/auth/logout`, {}, csrf)
  t.strictSame(out.json(), { logoutUrl: '/' })
  t.match(await status(), { loggedIn: false })
})
