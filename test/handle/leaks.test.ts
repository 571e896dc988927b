// A mock that is closed leaves nothing in its process: no handle, timer, socket or listener, and no memory.
import { Agent } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { type Mocknito, startMocknito } from '../../src/index.ts'
import { listening } from '../support/events.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** What keeps a process alive, or grows in it. */
async function left() {
  // What was closed is gone after the next turns of the loop.
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  collectGarbage()
  const listeners = process.eventNames().map((name) => [name, process.listenerCount(name)])
  return {
    resources: process.getActiveResourcesInfo().toSorted(),
    listeners,
    bytes: process.memoryUsage().heapUsed,
  }
}

t.test('two hundred starts and closes leave nothing behind', async (t) => {
  const agent = new Agent({ keepAlive: true })
  const leaveOpen = async (mock: Mocknito) => {
    await (await mock.createPool()).auth.code({ user: 'alice' })
    const { end } = await listening(mock.url, agent)
    const waiting = mock.pool.inbox
      .waitFor({ to: 'alice' }, { timeout: '1h' })
      .catch(({ message }) => message)
    const [told] = await Promise.all([waiting, mock.close(), end])
    if (told !== 'the mock was closed') throw new Error(`who waited was told ${told}`)
  }
  const rounds = async (from: number, to: number) => {
    for (let round = from; round < to; round++) {
      const mock = await startMocknito()
      await (round % 10 === 0 ? leaveOpen(mock) : mock.close())
    }
    return left()
  }
  const before = await rounds(0, 80)
  const after = await rounds(80, 200)
  agent.destroy()
  t.strictSame(after.resources, before.resources)
  t.strictSame(after.listeners, before.listeners)
  const bytesEach = (after.bytes - before.bytes) / 120
  t.ok(bytesEach < 10_000, `memory is flat: ${Math.round(bytesEach)} bytes a start`)
})
