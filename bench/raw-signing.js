// How many RS256 signatures one core makes when it does nothing else: the wall that every token endpoint runs into. Run as a
// process of its own: `node raw-signing.js <seconds>` prints one line, `{"perSecond":…}`.
import { createPrivateKey, randomBytes, sign } from 'node:crypto'
import { readKey } from './servers/key.js'

const seconds = Number(process.argv[2])
const key = createPrivateKey({ key: readKey(), format: 'jwk' })
const signingInput = randomBytes(900)

/** Signs for a while. @returns signatures for each second of the core's time */
function signFor(milliseconds) {
  const before = process.cpuUsage()
  const end = performance.now() + milliseconds
  let signatures = 0
  while (performance.now() < end) {
    for (let turn = 0; turn < 16; turn++) sign('sha256', signingInput, key)
    signatures += 16
  }
  const { user, system } = process.cpuUsage(before)
  return (signatures * 1e6) / (user + system)
}

signFor(100)
process.stdout.write(`${JSON.stringify({ perSecond: signFor(seconds * 1000) })}\n`)
