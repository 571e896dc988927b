// The Firefox of the system, as people have it: Playwright drives it by WebDriver BiDi, not by a build of its own.
import { type Browser, firefox } from 'playwright-core'

/**
 * Starts a headless Firefox. The caller closes it.
 *
 * @example
 * const browser = await launchFirefox()
 * t.teardown(() => browser.close())
 */
export const launchFirefox = (): Promise<Browser> =>
  firefox.launch({ channel: 'moz-firefox', executablePath: '/usr/bin/firefox-esr' })
