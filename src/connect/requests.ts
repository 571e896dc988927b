// The journal of a mock elsewhere: the waiting is done there, as a long poll.
import { noneFits, type RecordedRequest, type RequestFilter, type Requests } from '../handle/requests.ts'
import { TimeoutError } from '../handle/waiting.ts'
import { millisecondsOf } from '../idp/duration.ts'
import { queryOf, toWire, type Wire } from './http.ts'

export function remoteRequests(wire: Wire, path: string): Requests {
  const list = (filter: RequestFilter = {}, wait?: string) =>
    wire.call<RecordedRequest[]>('GET', `${path}${queryOf({ ...filter, wait })}`)
  return {
    list: (filter) => list(filter),
    count: async (filter) => (await list(filter)).length,
    last: async (target) => (await list({ ...(target !== undefined && { target }) })).at(-1),
    async waitFor(filter, { timeout = '5s' } = {}) {
      const [first] = await list(filter, toWire(timeout))
      if (first !== undefined) return first
      throw new TimeoutError(noneFits(filter, await list()), millisecondsOf(timeout))
    },
    clear: () => wire.call('DELETE', path),
  }
}
