// The signing keys of a pool: rotated and retired while verifiers have the old ones cached.
import { generateSigningMaterial, rotatedKeys, withoutKey } from '../idp/domain/keys.ts'
import type { UserPool } from '../idp/domain/user-pool.ts'
import { NothingThere } from './nothing-there.ts'

export interface Key {
  readonly kid: string
  /** Which tokens it signs, or signed. */
  readonly signs: 'id' | 'access'
  readonly isCurrent: boolean
  /** Whether `jwks.json` shows it. */
  readonly isPublished: boolean
}

export interface Keys {
  /**
   * Current ones first, then those of before the last rotation.
   *
   * @example
   * const published = (await pool.keys.list()).filter(({ isPublished }) => isPublished)
   */
  list(): Promise<readonly Key[]>
  /**
   * Makes two new keys, publishes them and signs with them from now on.
   *
   * @param options whether `jwks.json` goes on showing the keys so far (default: it does), so that tokens signed with
   *   them stay good
   * @returns the id of the key that signs access tokens now
   * @example
   * await pool.keys.rotate()
   */
  rotate(options?: { readonly keepPrevious?: boolean }): Promise<string>
  /**
   * Takes a key of before the last rotation out of `jwks.json`.
   *
   * @throws if it is none of these
   * @example
   * await pool.keys.rotate()
   * for (const { kid, isCurrent } of await pool.keys.list()) if (!isCurrent) await pool.keys.retire(kid)
   */
  retire(kid: string): Promise<void>
}

export function keysOf(pool: Pick<UserPool, 'id' | 'keys' | 'changeKeys'>): Keys {
  return {
    async list() {
      const keys = await pool.keys
      const shown = (pair: typeof keys.previous, isCurrent: boolean): Key[] =>
        (['id', 'access'] as const).flatMap((signs) => {
          const kid = pair?.[signs].kid
          return kid === undefined
            ? []
            : [{ kid, signs, isCurrent, isPublished: keys.byKid(kid) !== undefined }]
        })
      return [...shown(keys, true), ...shown(keys.previous, false)]
    },
    async rotate({ keepPrevious = true } = {}) {
      const fresh = await generateSigningMaterial()
      const rotated = rotatedKeys(await pool.keys, fresh, keepPrevious)
      await pool.changeKeys(Promise.resolve(rotated))
      return rotated.access.kid
    },
    async retire(kid) {
      const without = withoutKey(await pool.keys, kid)
      if (without === undefined)
        throw new NothingThere(
          `pool ${pool.id} has no previous key ${kid}; only keys that were rotated out can be retired`,
        )
      await pool.changeKeys(Promise.resolve(without))
    },
  }
}
