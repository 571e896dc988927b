// How much a running server does in a second of its core's time, asked by a few visitors at once, each of whom waits for the
// answer before asking again. On an idle machine a second of the core is a second of the clock: the visitors keep the
// server busy. On a busy one the clock would measure the neighbours.
import { Browser } from './browser.js'
import { startChild } from './child.js'
import { Visitor } from './visitor.js'

/**
 * A server that runs, and its visitors.
 *
 * @param {import('./contenders.js').Contender} contender
 * @param {Record<string, string>} environment
 * @param {number} users
 */
export async function openHouse(contender, environment, users) {
  const { says, stop, processorSeconds } = await startChild(contender.words, environment)
  const visitors = await visitorsOf(says, users)
  return {
    contender,
    visitors,
    processorSeconds,
    async close() {
      for (const visitor of visitors) visitor.leave()
      await stop()
    },
  }
}

/** So many visitors of a server, who know its discovery document. */
export async function visitorsOf({ url, issuer }, users) {
  const browser = new Browser(url)
  const { body } = await browser.get(`${issuer}/.well-known/openid-configuration`)
  browser.close()
  const metadata = JSON.parse(body)
  return Array.from({ length: users }, () => new Visitor(url, metadata))
}

/**
 * Logs people in for as long as it goes on.
 *
 * @param {Pick<House, 'visitors' | 'processorSeconds'>} house
 * @param {() => boolean} goesOn
 * @param {() => string} [next] who logs in. Default: always the same person
 * @returns {Promise<Rate & { latencies: number[] }>} latencies in milliseconds of the clock
 */
export async function logIn(house, goesOn, next = () => undefined) {
  const latencies = []
  const figures = await rate(house, async (visitor) => {
    if (!goesOn()) return false
    const start = performance.now()
    await visitor.login(next())
    latencies.push(performance.now() - start)
    return true
  })
  return { ...figures, latencies }
}

/**
 * @param {House} house
 * @param {number} seconds of the clock
 * @returns {Promise<Rate>}
 */
export function loginsPerSecond(house, seconds) {
  const end = performance.now() + seconds * 1000
  return logIn(house, () => performance.now() < end)
}

/**
 * Exchanges codes that were fetched before the clock starts.
 *
 * @param {House} house
 * @param {number} amount how many codes
 * @returns {Promise<Rate>}
 */
export async function exchangesPerSecond(house, amount) {
  const codes = []
  let asked = 0
  await rate(house, async (visitor) => {
    if (asked++ >= amount) return false
    codes.push(await visitor.code())
    return true
  })
  return rate(house, async (visitor) => {
    const code = codes.pop()
    if (code === undefined) return false
    await visitor.exchange(code)
    return true
  })
}

/**
 * @typedef {Awaited<ReturnType<typeof openHouse>>} House
 *
 * @typedef {object} Rate
 * @property {number} perSecond of the core's time
 * @property {number} serverShare of the clock's time that the server had its core
 * @property {number} driverShare the same of the driver; near 1, it is the driver that was measured
 */

/** Lets every visitor work until the work says that it is over. */
async function rate({ visitors, processorSeconds }, work) {
  const driverBefore = process.cpuUsage()
  const serverBefore = processorSeconds()
  const start = performance.now()
  let done = 0
  await Promise.all(
    visitors.map(async (visitor) => {
      while (await work(visitor)) done++
    }),
  )
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(driverBefore)
  const serverSeconds = serverBefore === undefined ? seconds : processorSeconds() - serverBefore
  return {
    perSecond: done / serverSeconds,
    serverShare: serverSeconds / seconds,
    driverShare: (user + system) / 1e6 / seconds,
  }
}
