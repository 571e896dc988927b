// Where private keys live: one file for each pool in the user's cache folder, readable by its owner only,
// never in a repository. The first start of a machine makes them in the background; every later one reads
// them, so that a verifier which has cached the JWKS goes on working.
import { homedir } from 'node:os'
import { join } from 'node:path'
import { generateKeyMaterial, importKeys, type PoolKeys } from '../domain/keys.ts'
import { kept } from './kept-file.ts'

/** `$XDG_CACHE_HOME/mocknito/keys`, or the same below `~/.cache`. */
export const defaultKeyFolder = (environment: NodeJS.ProcessEnv): string =>
  join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'mocknito', 'keys')

/**
 * The keys of a pool, from the cache or new.
 *
 * @param folder where the cache is; made if it is not there
 * @param onTrouble told, in a sentence, if new keys could not be kept: they then last as long as the process
 * @example
 * const keys = await cachedKeys('us-east-1_LocalPool', defaultKeyFolder(process.env), console.error)
 */
export function cachedKeys(
  poolId: string,
  folder: string,
  onTrouble: (sentence: string) => void,
): Promise<PoolKeys> {
  return kept({
    file: join(folder, `${poolId}.json`),
    read: (text) => importKeys(JSON.parse(text)),
    make: async () => JSON.stringify(await generateKeyMaterial()),
    onTrouble: (why) =>
      onTrouble(
        `the keys of ${poolId} could not be kept in ${folder}, so the next start makes others: ${why}`,
      ),
  })
}
