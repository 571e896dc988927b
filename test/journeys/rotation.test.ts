// The article's main argument, live: credentials rotate while people are in the middle of a login, and the client
// page stays as it is.
import t, { type Test } from 'tap'
import { type Demo, startDemo } from '../../src/demo/start.ts'
import { alice, type Browser, bob, createBrowser } from '../support/browser.ts'

async function started(t: Test, log = (_line: string) => {}): Promise<Demo> {
  const demo = await startDemo({ port: 0, bffPort: 0, log })
  t.teardown(demo.close)
  return demo
}

const status = async (browser: Browser, { bff }: Demo) => (await browser.get(`${bff.url}/auth/status`)).json()

async function rotate({ bff }: Demo, what: string): Promise<Record<string, unknown>> {
  const headers = { 'x-csrf': '1', 'content-type': 'application/json' }
  const answer = await fetch(`${bff.url}/demo/rotate`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ what }),
  })
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Record<string, unknown>
}

/** The script that the page offers. */
const tourOf = async ({ bff }: Demo) => (await fetch(`${bff.url}/demo/tour`)).text()

/** Somebody who has typed a password, and whose browser has not come back yet. */
async function inTheMiddle({ bff }: Demo, person = alice) {
  const browser = createBrowser()
  const callback = await browser.signIn(`${bff.url}/auth/login`, person)
  return { browser, comeBack: () => browser.get(callback) }
}

const refreshed = (browser: Browser, { bff }: Demo) =>
  browser.post(`${bff.url}/auth/refresh`, {}, { 'x-csrf': '1', origin: bff.url })

t.test('two secrets, then a new client id: nobody is thrown out, and no page changes', async (t) => {
  const printed: string[] = []
  const demo = await started(t, (line) => void printed.push(line))
  const page = async () =>
    (await (await fetch(demo.bff.url)).text()) + (await (await fetch(`${demo.bff.url}/home.js`)).text())
  const before = await page()
  const web = demo.mock.pool.client('web')

  const first = await inTheMiddle(demo)
  t.match(await rotate(demo, 'secret'), { clientId: web.id, activeSecrets: 2 })
  const second = await inTheMiddle(demo, bob)
  t.match(await rotate(demo, 'retire'), { clientId: web.id, activeSecrets: 1 })
  t.notOk(demo.mock.pool.client('web').secrets.includes(String(web.secret)), 'the old one is gone')
  t.equal((await first.comeBack()).status, 303, 'begun with the old secret, ended without it')
  t.equal((await second.comeBack()).status, 303)

  const third = await inTheMiddle(demo)
  const { clientId, activeSecrets } = await rotate(demo, 'client')
  t.not(clientId, web.id)
  t.equal(activeSecrets, 1)
  const { secret } = demo.mock.pool.client(String(clientId))
  const told = `The BFF logs in with client ${clientId} now, secret ${secret}`
  t.ok(printed.includes(told), 'whoever started the demo, and only they, can go on with curl')
  t.equal(
    (await third.comeBack()).status,
    303,
    'its code belongs to the old client id, and so does who fetches',
  )
  const fourth = await inTheMiddle(demo, bob)
  t.equal((await fourth.comeBack()).status, 303)
  const used = demo.mock.exchanges().filter(({ path }) => path === '/oauth2/token')
  t.equal(used.at(-1)?.clientId, clientId)

  for (const { browser } of [first, second, third, fourth]) {
    t.match(await status(browser, demo), { loggedIn: true })
    t.equal((await refreshed(browser, demo)).status, 204, 'each goes on with the client id it began with')
    t.equal((await browser.get(`${demo.bff.url}/api/orders`)).status, 200)
  }
  const leaving = await fourth.browser.post(`${demo.bff.url}/auth/logout`, {}, { origin: demo.bff.url })
  t.equal(leaving.location?.searchParams.get('client_id'), clientId)
  t.equal((await fourth.browser.follow(leaving.location as URL)).url.href, `${demo.bff.url}/`)
  await first.browser.post(`${demo.bff.url}/auth/logout?local=1`, {}, { origin: demo.bff.url })
  const revocations = demo.mock.exchanges().filter(({ path }) => path === '/oauth2/revoke')
  t.strictSame(
    revocations.map((each) => [each.clientId, each.status]),
    [
      [clientId, 200],
      [web.id, 200],
    ],
    'each refresh token is revoked by the client that it was issued to',
  )
  t.equal(await page(), before)
})

t.test('the button tells no secret, keeps to what Cognito allows, and obeys our pages only', async (t) => {
  const demo = await started(t)
  for (const _ of [1, 2, 3]) t.match(await rotate(demo, 'secret'), { activeSecrets: 2 })
  t.match(await rotate(demo, 'retire'), { activeSecrets: 1 })
  t.match(await rotate(demo, 'retire'), { activeSecrets: 1 }, 'the last one stays')
  t.match(await rotate(demo, 'client'), { clientName: 'web-4' })
  t.match(await rotate(demo, 'client'), { clientName: 'web-5' })
  const script = await tourOf(demo)
  t.match(script, `-u "${demo.mock.pool.clients.at(-1)?.id}:$CLIENT_SECRET"`)
  const told = (await (await fetch(`${demo.bff.url}/demo/credentials`)).text()) + script
  for (const { secrets } of demo.mock.pool.clients)
    for (const secret of secrets) t.notOk(told.includes(secret))

  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"what":"secret"}' }
  t.equal((await fetch(`${demo.bff.url}/demo/rotate`, post)).status, 403)
  await t.rejects(rotate(demo, 'everything'), { message: /^400 / })
  const open = await startDemo({
    port: 0,
    bffPort: 0,
    controlToken: 'of-my-own',
    fixture: {
      pools: [
        {
          UserPool: { Name: 'public' },
          Clients: [{ ClientName: 'page', AllowedOAuthFlows: ['code'], AllowedOAuthScopes: ['openid'] }],
        },
      ],
    },
  })
  t.teardown(open.close)
  t.match(await rotate(open, 'secret'), { activeSecrets: 0 })
  const ofOpen = await tourOf(open)
  t.match(ofOpen, /^CONTROL_TOKEN=… {2}# mocknito demo prints it; a browser is never told\n\n# 1\. /)
  t.match(ofOpen, 'Bearer $CONTROL_TOKEN')
  t.notMatch(ofOpen, /of-my-own|CLIENT_SECRET/)
})

t.test('a client has two secrets at the most, and one at the least', async (t) => {
  const { mock } = await started(t)
  const web = await mock.pool.client('web').addSecret()
  t.equal(web.secrets.length, 2)
  await t.rejects(web.addSecret(), /has 2 secrets already/)
  await t.rejects(web.removeSecret('another'), /that is not a secret of client web/)
  const left = await web.removeSecret(String(web.secret))
  t.strictSame(left.secrets, [web.secrets[1]])
  await t.rejects(left.removeSecret(String(left.secret)), /would be left without a secret/)
  await t.rejects(mock.pool.client('spa').addSecret(), /is public/)
})
