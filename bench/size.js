// Whether it matters how many people a pool has, and how many have logged in before: throughput, latency, and memory after
// garbage collection.
import { fileURLToPath } from 'node:url'
import { Browser } from './browser.js'
import { startChild } from './child.js'
import { median } from './statistics.js'
import { logIn, visitorsOf } from './throughput.js'
import { nameOf } from './world.js'

const script = fileURLToPath(new URL('servers/mocknito-of-size.js', import.meta.url))

/** The pools' sizes. The second small one takes the many logins, and is compared with the first. */
const sizes = { few: 1, many: 10_000, most: 100_000, used: 1 }

/** How many logins it takes until all that is long dead has been dropped: each drops a few. */
const shareUntilFreed = 0.1

/**
 * @typedef {object} SizeMeasurements
 * @property {Record<keyof typeof sizes, { logins: number[], latency: number[] }>} rates latency in milliseconds of the clock
 * @property {number} bytesPerUser
 * @property {number} bytesPerLogin
 * @property {number} bytesPerLoginLater what is left of a login after 31 days and some more logins
 */

/**
 * @param {Record<string, string>} environment
 * @param {{ rounds: number, users: number, loginSeconds: number, manyLogins: number }} options
 * @param {(text: string) => void} progress
 * @returns {Promise<SizeMeasurements>}
 */
export async function measureSizes(environment, { rounds, users, loginSeconds, manyLogins }, progress) {
  const houses = {}
  try {
    for (const [name, people] of Object.entries(sizes)) {
      progress(`a pool of ${people}`)
      houses[name] = await openPool(people, environment, users)
    }
    for (const house of Object.values(houses)) await house.logIn(forSeconds(loginSeconds * 2))
    const bytesPerUser = (houses.most.heap - houses.few.heap) / (sizes.most - sizes.few)

    progress(`${manyLogins} logins`)
    const before = await houses.used.ask('/heap')
    await houses.used.logIn(forCount(manyLogins))
    const after = await houses.used.ask('/heap')

    const rates = Object.fromEntries(Object.keys(houses).map((name) => [name, { logins: [], latency: [] }]))
    for (let round = 1; round <= rounds; round++) {
      progress(`sizes, round ${round} of ${rounds}`)
      for (const [name, house] of Object.entries(houses)) {
        const { perSecond, latencies } = await house.logIn(forSeconds(loginSeconds))
        rates[name].logins.push(perSecond)
        rates[name].latency.push(median(latencies))
      }
    }

    progress('31 days later')
    await houses.used.ask('/later')
    await houses.used.logIn(forCount(manyLogins * shareUntilFreed))
    const later = await houses.used.ask('/heap')
    return {
      rates,
      bytesPerUser,
      bytesPerLogin: (after - before) / manyLogins,
      bytesPerLoginLater: (later - before) / manyLogins,
    }
  } finally {
    for (const house of Object.values(houses)) await house.close()
  }
}

async function openPool(people, environment, users) {
  const { says, stop, processorSeconds } = await startChild(
    ['--expose-gc', script, String(people)],
    environment,
  )
  const ask = async (path) => {
    const side = new Browser(says.sideUrl)
    const { body } = await side.get(path)
    side.close()
    return JSON.parse(body)
  }
  let turn = 0
  // A step that is prime to the sizes: everybody's turn comes, and neighbours are not asked together.
  const next = () => nameOf((turn++ * 7919) % people)
  return {
    heap: await ask('/heap'),
    ask,
    // New connections each time: while other pools have their turn, a server closes what is idle.
    async logIn(goesOn) {
      const visitors = await visitorsOf(says, users)
      const figures = await logIn({ visitors, processorSeconds }, goesOn, next)
      for (const visitor of visitors) visitor.leave()
      return figures
    },
    close: stop,
  }
}

function forSeconds(seconds) {
  let end
  return () => {
    end ??= performance.now() + seconds * 1000
    return performance.now() < end
  }
}

function forCount(count) {
  let begun = 0
  return () => begun++ < count
}
