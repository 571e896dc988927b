// RFC 6749 §4.1.2.1: without a known client nothing may be redirected, so these refusals are pages.
import { PageRefusal } from '../refusal.ts'
import { demand, type Trail } from '../trail.ts'
import { type KnownClient, unknownClient, type World } from '../user-pool.ts'
import { given } from './request.ts'

const clientDoesNotExist = 'Client does not exist'

export function knownClient(parameters: URLSearchParams, world: World, trail: Trail): KnownClient {
  demand(trail, 'authorize.single-client-and-redirect', isSingle(parameters, 'client_id'), () => {
    const clientIds = parameters.getAll('client_id')
    return new PageRefusal(
      'invalid_request',
      `client_id is there ${clientIds.length} times: ${clientIds.join(', ')}`,
    )
  })
  const clientId = given(parameters, 'client_id')
  demand(trail, 'authorize.client-given', clientId !== undefined, () => {
    const names = [...parameters.keys()].join(', ')
    // Observed: an entirely empty query reads as an unknown client, a partial one as an incomplete request.
    const text = parameters.size === 0 ? clientDoesNotExist : 'Required parameters missing'
    return new PageRefusal(text, `client_id is missing; the request has ${names || 'no parameters'}`)
  })
  const known = world.client(clientId)
  demand(trail, 'authorize.client-known', known !== undefined, () => {
    const registered = world.pools.flatMap((pool) => [...pool.clients.keys()])
    return new PageRefusal(clientDoesNotExist, unknownClient(clientId, world), {
      comparison: { parameter: 'client_id', sent: clientId, registered },
    })
  })
  trail.clientId = clientId
  trail.poolId = known.pool.id
  return known
}

export const isSingle = (parameters: URLSearchParams, name: string): boolean =>
  parameters.getAll(name).length <= 1
