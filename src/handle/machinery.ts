// What the facets of an embedded mock work on. A handle is made for one origin (scheme, host and port), so that
// whatever it announces fits the name by which its holder reaches the server.
import type { Faults } from '../idp/domain/faults.ts'
import type { Journal } from '../idp/domain/journal.ts'
import type { ChangingWorld, UserPool } from '../idp/domain/user-pool.ts'
import type { Fixture, PoolFixture } from '../idp/fixture/fixture.ts'
import type { Urls } from '../idp/urls.ts'
import type { PoolState } from './state.ts'

/** Who is told of what is more than one verb of a store, so that it outlives the process as a whole. */
export interface Keeping {
  /** All that `act` changes before it returns is kept at once. */
  together<T>(act: () => T): T
  /** A pool that was being made is complete. */
  completed(
    pool: UserPool,
    how: { readonly fixture: PoolFixture; readonly isCopy: boolean },
    state: PoolState,
  ): void
  /** A pool was taken away, or not completed. */
  deleted(poolId: string): void
  /** Nothing of what was before need stay anywhere. */
  emptied(): void
}

/** Of a world that ends with its process. */
export const nothingKept: Keeping = {
  together: (act) => act(),
  completed: () => {},
  deleted: () => {},
  emptied: () => {},
}

export interface Machinery {
  /** Of this package. */
  readonly version: string
  readonly world: ChangingWorld
  readonly urls: Urls
  readonly journal: Journal
  readonly faults: Faults
  /** What the mock was started from. */
  readonly fixture: Fixture
  /** Makes a pool with empty stores; the world does not know it yet. */
  buildPool(fixture: PoolFixture): UserPool
  /** @throws FixtureError with everything that is wrong with a pool */
  check(fixture: PoolFixture): Promise<unknown>
  /** As what each pool began, by id: where a reset leads back to. */
  readonly seeds: Map<string, PoolState>
  readonly snapshots: Map<string, ReadonlyMap<string, PoolState>>
  readonly keeping: Keeping
  /** Aborted when the mock closes, so that nobody waits for what will not come. */
  readonly closing: AbortSignal
}
