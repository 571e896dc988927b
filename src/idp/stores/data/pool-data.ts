// What one pool keeps in a data directory: the stores of memory on maps that are written down and, one by one, what a
// pool has once: its clock, its keys, who signs in next without typing.
import { createAutoSignIns } from '../../domain/auto-sign-in.ts'
import type { Client } from '../../domain/client.ts'
import type { Instant } from '../../domain/clock.ts'
import { createInbox } from '../../domain/inbox.ts'
import type { Place } from '../../domain/kept.ts'
import { importKeys, type KeyMaterial, type KeyRing, type PoolKeys } from '../../domain/keys.ts'
import type { User } from '../../domain/user.ts'
import type { Group } from '../../domain/user-pool.ts'
import type { Stores } from '../../fixture/build.ts'
import { type Records, storesIn } from '../memory-stores.ts'
import type { DataDirectory } from './directory.ts'

/** What a pool begins with. */
export interface Beginning {
  readonly clients: readonly Client[]
  readonly groups: readonly Group[]
  readonly users: readonly User[]
}

export interface PoolData {
  readonly stores: Stores
  /** What the pool begins with; complete when the pool has been built. */
  beginning(): Beginning
  /** The keys of before any rotation. */
  firstKeys(): Promise<PoolKeys>
}

/** @param further what the pool was created with beside what its fixture says */
export function poolData(data: DataDirectory, poolId: string, further: Beginning): PoolData {
  const inFurther: Readonly<Record<string, Iterable<readonly [string, unknown]>>> = {
    clients: further.clients.map((client) => [client.id, client]),
    groups: further.groups.map((group) => [group.name, group]),
    users: further.users.map((user) => [user.sub, user]),
  }
  const beginnings = new Map<string, () => unknown[]>()
  const records: Records = <V>(name: string, inFixture: Iterable<readonly [string, V]> = []) => {
    const others = (inFurther[name] ?? []) as Iterable<readonly [string, V]>
    const map = data.records(`${poolId}/${name}`, [...inFixture, ...others])
    beginnings.set(name, () => map.beginning)
    return map
  }
  const beginningOf = <V>(name: string) => beginnings.get(name)?.() as V[]

  const once = records<unknown>('once')
  const placeOf = <V>(name: string) => placeIn(once, name) as Place<V>
  let firstKeys: Promise<PoolKeys>

  const stores = storesIn(records)
  const wholly =
    <Given extends unknown[], Store extends object>(make: (...given: Given) => Store) =>
    (...given: Given): Store =>
      inOneGo(make(...given), data)
  return {
    stores: {
      ...stores,
      users: wholly(stores.users),
      codes: wholly(stores.codes),
      sessions: wholly(stores.sessions),
      refreshTokens: wholly(stores.refreshTokens),
      verificationCodes: wholly(stores.verificationCodes),
      continuations: wholly(stores.continuations),
      attempts: wholly(stores.attempts),
      usedTokens: wholly(stores.usedTokens),
      clock: (make) => make(placeOf('clock')),
      autoSignIns: () => createAutoSignIns(placeOf('auto-sign-in')),
      inbox: () => createInbox(undefined, records('mails'), placeOf('last-mail')),
      beganAt({ now }) {
        const place = placeOf<Instant>('began-at')
        place.value ??= now()
        return place.value
      },
      keys(read) {
        firstKeys = keptKeys(placeOf('keys'), read)
        return keptKeyRing(firstKeys, placeOf('rotated-keys'))
      },
    },
    beginning: () => ({
      clients: beginningOf('clients'),
      groups: beginningOf('groups'),
      users: beginningOf('users'),
    }),
    firstKeys: () => firstKeys,
  }
}

/** Each verb of a store awaits nothing, so all that it changes is known when it returns, and written down at once. */
const inOneGo = <Store extends object>(store: Store, { together }: DataDirectory): Store =>
  Object.fromEntries(
    Object.entries(store).map(([name, verb]) => [
      name,
      async (...given: unknown[]) => together(() => verb(...given)),
    ]),
  ) as Store

const placeIn = (once: Map<string, unknown>, name: string): Place<unknown> => ({
  get value() {
    return once.get(name)
  },
  set value(value) {
    if (value === undefined) once.delete(name)
    else once.set(name, value)
  },
})

/** The keys that are there, or those that the machine has, which are there from now on. */
async function keptKeys(place: Place<KeyMaterial>, read: () => Promise<PoolKeys>): Promise<PoolKeys> {
  if (place.value !== undefined) return importKeys(place.value)
  const keys = await read()
  place.value = keys.material
  return keys
}

function keptKeyRing(first: Promise<PoolKeys>, rotated: Place<KeyMaterial>): KeyRing {
  let current = rotated.value === undefined ? first : Promise.resolve(importKeys(rotated.value))
  return {
    get current() {
      return current
    },
    async replace(keys) {
      rotated.value = keys === first ? undefined : (await keys).material
      current = keys
    },
  }
}
