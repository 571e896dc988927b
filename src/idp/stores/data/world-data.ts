// The pools of a world in a data directory: those of the fixture, as far as nobody has taken them away, and those that
// were created. A fixture is how a world begins: what differs from it is what is kept, so it can grow beside the data.
import type { UserPool } from '../../domain/user-pool.ts'
import type { Stores } from '../../fixture/build.ts'
import { poolIdOf } from '../../fixture/derive.ts'
import type { Fixture, PoolFixture } from '../../fixture/fixture.ts'
import { openDataDirectory } from './directory.ts'
import { type Beginning, type PoolData, poolData } from './pool-data.ts'

/** A pool that is not in the fixture. */
export interface CreatedPool {
  readonly fixture: PoolFixture
  /** It has the hooks of the first pool. */
  readonly isCopy: boolean
  /** What it was created with beside its fixture. */
  readonly further: Beginning
}

export interface WorldData {
  readonly path: string
  /** The fixture without the pools that were deleted. */
  readonly fixture: Fixture
  readonly created: readonly CreatedPool[]
  /** Where a pool keeps what is going on; one that is new here keeps nothing until it is complete. */
  storesOf(poolId: string): Stores
  beginningOf(poolId: string): Pick<PoolData, 'beginning' | 'firstKeys'>
  /** Writes all that `act` changes before it returns at once. */
  together<T>(act: () => T): T
  completed(pool: UserPool, how: Pick<CreatedPool, 'fixture' | 'isCopy'>, state: Beginning): void
  deleted(poolId: string): void
  emptied(): void
  close(): void
}

const ofTheFixture = 'of the fixture'
const nothing: Beginning = { clients: [], groups: [], users: [] }

/**
 * Opens the data directory of a world.
 *
 * @throws DataError if another process has it, or it is damaged, or it cannot be written to
 */
export function openWorldData(path: string, fixture: Fixture, tell: (sentence: string) => void): WorldData {
  const data = openDataDirectory(path, tell)
  const ids = fixture.pools.map(({ UserPool }) => poolIdOf(UserPool))
  const pools = data.records<CreatedPool | typeof ofTheFixture>(
    'world/pools',
    ids.map((id) => [id, ofTheFixture]),
  )
  for (const id of data.strangers())
    if (!pools.has(id))
      tell(`${path} has data of pool ${id}, which is not in this fixture: it stays there until it is again`)
  const opened = new Map<string, PoolData>()
  const poolDataOf = (id: string) => opened.get(id) as PoolData

  return {
    path,
    fixture: {
      ...fixture,
      pools: fixture.pools.filter(({ UserPool }) => pools.get(poolIdOf(UserPool)) === ofTheFixture),
    },
    created: [...pools.values()].filter((pool) => pool !== ofTheFixture),
    storesOf(id) {
      const known = pools.get(id)
      if (known === undefined) data.hold(id)
      const further = known === undefined || known === ofTheFixture ? nothing : known.further
      opened.set(id, poolData(data, id, further))
      return poolDataOf(id).stores
    },
    beginningOf: poolDataOf,
    together: data.together,
    completed({ id }, { fixture, isCopy }, state) {
      const first = poolDataOf(id).beginning()
      const further = {
        clients: added(state.clients, first.clients),
        groups: added(state.groups, first.groups),
        users: added(state.users, first.users),
      }
      data.together(() => {
        pools.set(id, { fixture, isCopy, further })
        data.admit(id)
      })
    },
    deleted(id) {
      data.together(() => {
        pools.delete(id)
        data.forget(id)
      })
      opened.delete(id)
    },
    emptied: data.tidy,
    close: data.close,
  }
}

function added<Record>(now: readonly Record[], first: readonly Record[]): Record[] {
  const before = new Set(first)
  return now.filter((each) => !before.has(each))
}
