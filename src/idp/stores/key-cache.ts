// Where private keys live: one file for each pool in the user's cache folder, readable by its owner only,
// never in a repository. The first start of a machine makes them in the background; every later one reads
// them, so that a verifier which has cached the JWKS goes on working. Two first starts at once agree on one
// file.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { generateKeyMaterial, importKeys, type KeyMaterial, type PoolKeys } from '../domain/keys.ts'

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
export async function cachedKeys(
  poolId: string,
  folder: string,
  onTrouble: (sentence: string) => void,
): Promise<PoolKeys> {
  const file = join(folder, `${poolId}.json`)
  const cached = read(file)
  if (cached !== undefined) return cached
  const made = await generateKeyMaterial()
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return await keepFirst(file, made)
  } catch (cause) {
    const why = (cause as Error).message
    onTrouble(`the keys of ${poolId} could not be kept in ${folder}, so the next start makes others: ${why}`)
    return importKeys(made)
  }
}

/** Synchronous on purpose: one small file, on the way to the first answer. */
function read(file: string): PoolKeys | undefined {
  try {
    return importKeys(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}

/**
 * The keys that are in the file from now on: ours, or those of somebody who came first. A whole file appears
 * at once or not at all.
 */
async function keepFirst(file: string, material: KeyMaterial): Promise<PoolKeys> {
  const draft = `${file}.${randomUUID()}`
  try {
    await writeFile(draft, JSON.stringify(material), { mode: 0o600 })
    // It fails if there is a file already (or, on a few file systems, always): what can be read then tells.
    await link(draft, file).catch(() => {})
    const first = read(file)
    if (first !== undefined) return first
    // Somebody's damaged file, or none: ours takes its place.
    await rename(draft, file)
    return importKeys(material)
  } finally {
    await rm(draft, { force: true })
  }
}
