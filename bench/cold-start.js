// From the start of the process to the first answer of the discovery endpoint, by the clock and by the time that the server had
// its core, and the memory that it rests at.
import { setTimeout as sleep } from 'node:timers/promises'
import { Browser } from './browser.js'
import { startChild } from './child.js'

/** After the first answer, the garbage of the start is still there; so is it in anybody's test suite. */
const restMilliseconds = 200

/**
 * Starts the server once, and ends it.
 *
 * @param {import('./contenders.js').Contender} contender
 * @param {Record<string, string>} environment
 * @returns {Promise<{ milliseconds: number, coreMilliseconds: number, megabytes: number | undefined }>}
 */
export async function coldStart({ words }, environment) {
  const start = performance.now()
  const { says, residentMegabytes, processorSeconds, stop } = await startChild(words, environment)
  const browser = new Browser(says.url)
  try {
    const { status } = await browser.get(`${says.issuer}/.well-known/openid-configuration`)
    const milliseconds = performance.now() - start
    const coreSeconds = processorSeconds()
    if (status !== 200) throw new Error(`${words.join(' ')}: discovery answers ${status}`)
    await sleep(restMilliseconds)
    return {
      milliseconds,
      coreMilliseconds: coreSeconds === undefined ? milliseconds : coreSeconds * 1000,
      megabytes: residentMegabytes(),
    }
  } finally {
    browser.close()
    await stop()
  }
}
