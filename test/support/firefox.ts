// The Firefox of the system, as people have it: Playwright drives it by WebDriver BiDi, not by a build of its own.
import type { Browser } from 'playwright-core'
import { firefox } from 'playwright-core-bidi'

/**
 * Starts a headless Firefox. The caller closes it.
 *
 * @example
 * const browser = await launchFirefox()
 * t.teardown(() => browser.close())
 */
export const launchFirefox = async (): Promise<Browser> =>
  // The same library one version earlier, whose types TypeScript takes for others.
  (await firefox.launch({
    channel: 'moz-firefox',
    executablePath: '/usr/bin/firefox-esr',
  })) as unknown as Browser
