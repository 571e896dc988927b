// What a mock costs a test that starts it in its own process, in milliseconds of the core's time; each run is a process of its own.
// `node in-process.js mocknito|oauth2MockServer` prints one line of JSON.
import { readKey } from './servers/key.js'

const laterStarts = 10
const pools = 100
const mints = 500

const mocks = {
  async mocknito() {
    const { startMocknito } = await import('../dist/index.js')
    return { start: () => startMocknito(), further: ofMocknito }
  },
  async oauth2MockServer() {
    const { OAuth2Server } = await import('oauth2-mock-server')
    const start = async () => {
      const server = new OAuth2Server()
      await server.issuer.keys.add(readKey())
      await server.start(0, '127.0.0.1')
      return { close: () => server.stop() }
    }
    return { start, further: async () => ({}) }
  },
}

const { result, milliseconds: firstStart } = await timed(async () => {
  const mock = await mocks[process.argv[2]]()
  return { ...mock, started: await mock.start() }
})
const { start, started, further } = result
await started.close()
const starts = []
const closes = []
for (let count = 0; count < laterStarts; count++) {
  const { result: again, milliseconds } = await timed(start)
  starts.push(milliseconds)
  closes.push((await timed(() => again.close())).milliseconds)
}
const figures = { firstStart, start: mean(starts), close: mean(closes), ...(await further(start)) }
process.stdout.write(`${JSON.stringify(figures)}\n`)

async function ofMocknito(start) {
  const mock = await start()
  await mock.createPool()
  const { milliseconds: forPools } = await timed(() => times(pools, () => mock.createPool()))
  const mint = () => mock.pool.tokens.mint({ user: 'alice' })
  await times(mints / 5, mint)
  const { milliseconds: forMints } = await timed(() => times(mints, mint))
  await mock.close()
  return { createPool: forPools / pools, mintsPerSecond: (mints * 1000) / forMints }
}

async function times(count, work) {
  for (let turn = 0; turn < count; turn++) await work()
}

/** How long something keeps the core busy, all threads of this process together. */
async function timed(work) {
  const before = process.cpuUsage()
  const result = await work()
  const { user, system } = process.cpuUsage(before)
  return { result, milliseconds: (user + system) / 1000 }
}

function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}
