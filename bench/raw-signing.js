// How many RS256 signatures one core makes when it does nothing else: the wall that every token endpoint runs into. By two
// keys in turn, as a user pool signs: one for ID tokens, one for access tokens. Run as a process of its own:
// `node raw-signing.js <seconds>` prints one line, `{"perSecond":…}`.
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { readKey } from './servers/key.js'

const seconds = Number(process.argv[2])
const accessKey = createPrivateKey({ key: readKey(), format: 'jwk' })
const { privateKey: idKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const signingInput = randomBytes(900)

/** Signs for a while. @returns signatures for each second of the core's time */
function signFor(milliseconds) {
  const before = process.cpuUsage()
  const end = performance.now() + milliseconds
  let signatures = 0
  while (performance.now() < end) {
    for (let turn = 0; turn < 8; turn++) {
      sign('sha256', signingInput, accessKey)
      sign('sha256', signingInput, idKey)
    }
    signatures += 16
  }
  const { user, system } = process.cpuUsage(before)
  return (signatures * 1e6) / (user + system)
}

signFor(100)
process.stdout.write(`${JSON.stringify({ perSecond: signFor(seconds * 1000) })}\n`)
