// The demo world with something changed: what most tests of a setting need.
import { readFileSync } from 'node:fs'
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

/** The world of docs and tests with identity providers, its pool changed. */
export function federation(change: (pool: PoolFixture) => void = () => {}): Fixture {
  const file = new URL('../../fixtures/federation.json', import.meta.url)
  const fixture: Fixture = JSON.parse(readFileSync(file, 'utf8'))
  change(fixture.pools[0] as PoolFixture)
  return fixture
}

/** The same under managed login. */
export const managedFederation = (): Fixture =>
  federation((pool) => {
    delete pool.Domain
    pool.DomainDescription = { Domain: 'federation', ManagedLoginVersion: 2 }
  })
