// A real browser on two hosts: Chromium logs in at the BFF on localhost, with the mock on 127.0.0.1, sees its name and logs out. And
// the promise of a BFF, kept or broken: no token that the mock issued is anywhere that the browser could see.
import type { BrowserContext, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { startDemo } from '../../src/demo/start.ts'
import { launchChromium } from '../support/chromium.ts'

/** Everything that a page, an extension or a person at the keyboard could read, gathered while the story goes on. */
function watch(context: BrowserContext) {
  const seen: string[] = []
  const unfinished: Promise<void>[] = []
  context.on('request', (request) => {
    seen.push(request.url(), JSON.stringify(request.headers()), request.postData() ?? '')
  })
  context.on('response', (response) => {
    unfinished.push(
      (async () => {
        seen.push(JSON.stringify(await response.allHeaders()))
        // A redirect has no body, and the browser says so by failing.
        seen.push(await response.text().catch(() => ''))
      })(),
    )
  })
  return {
    async everything(page: Page): Promise<string> {
      await Promise.all(unfinished)
      const storage = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')
      const cookies = JSON.stringify(await context.cookies())
      return [...seen, storage, cookies, page.url(), await page.content()].join('\n')
    },
  }
}

/** The tokens of every answer of the token endpoint to the BFF, which runs in this process and asks by fetch. */
function overhear(t: Test): string[] {
  const issued: string[] = []
  const realFetch = globalThis.fetch
  globalThis.fetch = async (...request) => {
    const answer = await realFetch(...request)
    if (answer.url.endsWith('/oauth2/token')) {
      const { id_token, access_token, refresh_token } = (await answer.clone().json()) as Record<
        string,
        string
      >
      issued.push(id_token as string, access_token as string, refresh_token as string)
    }
    return answer
  }
  t.teardown(() => {
    globalThis.fetch = realFetch
  })
  return issued
}

t.test('log in at the BFF, see a name, log out; and no token ever reaches the browser', async (t) => {
  const issued = overhear(t)
  const demo = await startDemo({ port: 0, bffPort: 0 })
  t.teardown(demo.close)
  const chromium = await launchChromium()
  t.teardown(() => chromium.close())
  const context = await chromium.newContext()
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  const browser = watch(context)

  await page.goto(demo.bff.url)
  await page.getByRole('link', { name: 'Log in' }).click()
  await page.waitForURL(`${demo.mock.url}/login?**`)
  await page.locator('input[name="username"]:visible').fill('alice')
  await page.locator('input[name="password"]:visible').fill('wrong')
  await page.locator('input[name="signInSubmitButton"]:visible').click()
  await page.getByText('Incorrect username or password.').last().waitFor()
  await page.locator('input[name="password"]:visible').fill('Passw0rd!')
  await page.locator('input[name="password"]:visible').press('Enter')
  await page.waitForURL(`${demo.bff.url}/`)
  await page.getByText('You have logged in as alice').waitFor()
  t.pass('the page knows the name')

  const whenLoggedIn = await browser.everything(page)
  const cookies = await context.cookies()
  t.match(
    cookies.find(({ name }) => name === '__Host-bff-sid'),
    { httpOnly: true, secure: true, sameSite: 'Strict', domain: 'localhost' },
  )
  t.match(
    cookies.find(({ name }) => name === 'cognito'),
    { httpOnly: true, domain: '127.0.0.1' },
  )

  await page.reload()
  await page.getByText('You have logged in as alice').waitFor()
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByRole('link', { name: 'Log in' }).waitFor()
  t.equal(new URL(page.url()).origin, demo.bff.url)
  await page.getByRole('link', { name: 'Log in' }).click()
  await page.waitForURL(`${demo.mock.url}/login?**`)
  t.pass('after the logout the page is shown again')
  const atTheEnd = await browser.everything(page)

  t.equal(issued.length, 3, 'an ID, an access and a refresh token')
  for (const token of issued) {
    t.ok(token.length > 100)
    for (const place of [whenLoggedIn, atTheEnd]) {
      t.notOk(place.includes(token), 'no token')
      t.notOk(place.includes(token.slice(-40)), 'nor the end of one')
    }
  }
  t.match(whenLoggedIn, /code=[0-9a-f-]{36}/, 'the search does find what the browser may see')
  t.same(complaints, [], 'and no page breaks its own content security policy')
})
