// What the facets of an embedded mock work on. A handle is made for one origin (scheme, host and port), so that
// whatever it announces fits the name by which its holder reaches the server.
import type { Faults } from '../idp/domain/faults.ts'
import type { Journal } from '../idp/domain/journal.ts'
import type { ChangingWorld, UserPool } from '../idp/domain/user-pool.ts'
import type { Fixture, PoolFixture } from '../idp/fixture/fixture.ts'
import type { Urls } from '../idp/urls.ts'
import type { PoolState } from './state.ts'

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
  /** Aborted when the mock closes, so that nobody waits for what will not come. */
  readonly closing: AbortSignal
}
