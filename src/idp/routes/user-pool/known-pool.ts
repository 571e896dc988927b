// The pool that a path names; an unknown one is an error, so that a typing error does not pass for a key
// problem.
import type { FastifyRequest } from 'fastify'
import { NotFound } from '../../domain/refusal.ts'
import { demand } from '../../domain/trail.ts'
import type { UserPool, World } from '../../domain/user-pool.ts'

export type PoolRequest = FastifyRequest<{ Params: { poolId: string } }>

export function knownPool({ params: { poolId }, exchange }: PoolRequest, world: World): UserPool {
  const pool = world.pool(poolId)
  demand(exchange, 'pool.known', pool !== undefined, () => {
    const name = /^[\w-]{1,55}$/.test(poolId) ? ` ${poolId}` : ''
    return new NotFound(`User pool${name} does not exist.`)
  })
  exchange.poolId = poolId
  return pool
}
