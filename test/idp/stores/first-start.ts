// Runs as a process of its own: takes the keys of a pool from a folder, and prints their kids.
import { cachedKeys } from '../../../src/idp/stores/key-cache.ts'

const [poolId = '', folder = ''] = process.argv.slice(2)
const { id, access } = await cachedKeys(poolId, folder, (sentence) => {
  throw new Error(sentence)
})
process.stdout.write(JSON.stringify([id.kid, access.kid]))
