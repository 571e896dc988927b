// The inbox of a pool elsewhere: the waiting is done there, as a long poll.
import { type Inbox, type Mail, type MailFilter, noMailFits } from '../handle/inbox.ts'
import { TimeoutError } from '../handle/waiting.ts'
import { millisecondsOf } from '../idp/duration.ts'
import { queryOf, toWire, type Wire } from './http.ts'

export function remoteInbox(wire: Wire, path: string): Inbox {
  const list = (filter: MailFilter = {}, wait?: string) =>
    wire.call<Mail[]>('GET', `${path}${queryOf({ ...filter, wait })}`)
  return {
    list: (filter) => list(filter),
    last: async (to) => (await list(to === undefined ? {} : { to })).at(-1),
    async waitFor(filter, { timeout = '5s' } = {}) {
      const newest = (await list(filter, toWire(timeout))).at(-1)
      if (newest !== undefined) return newest
      throw new TimeoutError(noMailFits(filter, await list()), millisecondsOf(timeout))
    },
    clear: () => wire.call('DELETE', path),
  }
}
