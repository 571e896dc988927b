// One way to start the Chromium of the system for every test that needs a browser: headless, and silent on the network.
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { type Browser, chromium, type Page } from 'playwright-core'

/** The first is the same Chromium, built without what shows windows: it starts quicker, and takes less of the cores. */
const builds = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']

export const chromiumPath = builds.find((path) => existsSync(path)) as string

/**
 * Starts a headless Chromium. The caller closes it; one per test file is enough, with a fresh context for each test.
 *
 * @param home the folder of a person whose CAs it trusts, below `.pki/nssdb`. Default: that of whoever runs the test
 * @example
 * const browser = await launchChromium()
 * t.teardown(() => browser.close())
 * const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
 */
export function launchChromium(home = homedir()): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    env: { ...process.env, HOME: home },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** Logs in as alice at the demo's home page, by way of the hosted one. */
export async function logInAt(page: Page, home: string): Promise<void> {
  await page.goto(home)
  await page.getByRole('link', { name: 'Log in' }).click()
  await signInAsAlice(page)
  await page.getByText('You have logged in as alice').waitFor()
}

/** Fills in the hosted page as alice. */
export async function signInAsAlice(page: Page): Promise<void> {
  await page.locator('input[name="username"]:visible').fill('alice')
  await page.locator('input[name="password"]:visible').fill('Passw0rd!')
  await page.locator('input[name="password"]:visible').press('Enter')
}
