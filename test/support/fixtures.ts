// The demo world with something changed: what most tests of a setting need.

import type { ClientFixture, Fixture, PoolFixture } from '../../src/idp/fixture/fixture.ts'
import { demoFixture } from '../../src/idp/fixture/load.ts'

/** The demo world, its pool changed. */
export function demoWith(change: (pool: PoolFixture) => void): Fixture {
  const fixture = demoFixture()
  change(fixture.pools[0] as PoolFixture)
  return fixture
}

/** The demo world with other settings of the client called web. */
export const demoWithClient = (settings: ClientFixture): Fixture =>
  demoWith((pool) => {
    Object.assign(pool.Clients?.[0] as ClientFixture, settings)
  })

/** The demo world with further clients, by name: each is like the one called web, but for these settings. */
export const demoWithMore = (clients: Readonly<Record<string, ClientFixture>>): Fixture =>
  demoWith(({ Clients = [] }) => {
    const { ClientId: _, ...web } = { ...Clients[0] }
    for (const [ClientName, settings] of Object.entries(clients))
      Clients.push({ ...web, ClientName, ...settings })
  })

/** The demo world under managed login. */
export const managedDemo = (settings: ClientFixture = {}): Fixture => {
  const fixture = demoWithClient(settings)
  delete fixture.pools[0]?.Domain
  Object.assign(fixture.pools[0] as PoolFixture, {
    DomainDescription: { Domain: 'mocknito', ManagedLoginVersion: 2 },
  })
  return fixture
}
