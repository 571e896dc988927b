// Pools and their clients.
import type { Client, FurtherUrls, NewClient } from '../../../../handle/clients.ts'
import type { PoolSeed } from '../../../../handle/mocknito.ts'
import { NothingThere } from '../../../../handle/nothing-there.ts'
import type { Pool } from '../../../../handle/pool.ts'
import type { Asked, Operations } from './asked.ts'

export const pools: Operations = {
  listPools: ({ mock }) => mock.pools.map(record),
  createPool: async ({ mock, body }) => record(await mock.createPool(body as PoolSeed)),
  getPool: ({ pool }) => record(pool),
  deletePool: ({ mock, pool }) => mock.deletePool(pool.id),
  createClient: ({ pool, body }) => pool.createClient(body as NewClient),
  registerUrls: (asked) => client(asked).register(asked.body as FurtherUrls),
  addSecret: (asked) => client(asked).addSecret(),
  removeSecret: (asked) => client(asked).removeSecret(asked.params.secret as string),
}

const record = ({ id, name, issuer, jwksUri, domainUrl, clients }: Pool) => ({
  id,
  name,
  issuer,
  jwksUri,
  domainUrl,
  clients,
})

function client({ pool, params }: Asked): Client {
  const found = pool.clients.find(({ id, name }) => id === params.client || name === params.client)
  if (found === undefined) throw new NothingThere(`pool ${pool.id} has no client ${params.client} any more`)
  return found
}
