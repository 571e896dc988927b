// With a data directory the demo's BFF keeps its sessions as well: whoever was logged in still is after a restart.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { kept } from '../idp/stores/kept-file.ts'

const keyBytes = 32

/**
 * The settings of a BFF whose sessions outlive it, sealed by a key that lies beside them: safe from nobody who can read
 * the folder, which is its owner, as is all else in a data directory.
 *
 * @param data the data directory
 * @example
 * await keptSessions('./mock-data') // { BFF_STORE: 'mock-data/bff/sessions', BFF_SESSION_KEYS: '…' }
 */
export async function keptSessions(
  data: string,
  log: (line: string) => void,
): Promise<{ readonly BFF_STORE: string; readonly BFF_SESSION_KEYS: string }> {
  const folder = join(data, 'bff')
  const key = await kept({
    file: join(folder, 'key'),
    read: (text) => (Buffer.from(text, 'base64').length === keyBytes ? text : undefined),
    make: async () => randomBytes(keyBytes).toString('base64'),
    onTrouble: (why) => log(`BFF: the key of the sessions could not be kept: ${why}`),
  })
  return { BFF_STORE: join(folder, 'sessions'), BFF_SESSION_KEYS: key }
}
