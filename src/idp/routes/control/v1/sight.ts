// What came in, what went out by mail, what is going on, and the keys.
import type { WaitOptions } from '../../../../handle/requests.ts'
import { TimeoutError } from '../../../../handle/waiting.ts'
import type { Asked, Operations } from './asked.ts'

export const sight: Operations = {
  listAllRequests: ({ mock, query }) => listed(mock.requests, query),
  clearAllRequests: ({ mock }) => mock.requests.clear(),
  listRequests: ({ pool, query }) => listed(pool.requests, query),
  clearRequests: ({ pool }) => pool.requests.clear(),
  listMails: ({ pool, query }) => listed(pool.inbox, query),
  clearInbox: ({ pool }) => pool.inbox.clear(),
  listCodes: ({ pool }) => pool.codes.list(),
  deleteCode: ({ pool, params }) => pool.codes.delete(params.id as string),
  listRefreshFamilies: ({ pool }) => pool.refreshFamilies.list(),
  deleteRefreshFamily: ({ pool, params }) => pool.refreshFamilies.delete(params.id as string),
  listSsoSessions: ({ pool }) => pool.ssoSessions.list(),
  endSso: ({ pool, query }) => pool.auth.endSso(query.user as string | undefined),
  deleteSsoSession: ({ pool, params }) => pool.ssoSessions.delete(params.id as string),
  listKeys: ({ pool }) => pool.keys.list(),
  async rotateKeys({ pool, body }) {
    return { kid: await pool.keys.rotate(body as { keepPrevious?: boolean }) }
  },
  retireKey: ({ pool, params }) => pool.keys.retire(params.kid as string),
}

/** What can be listed, and waited for. */
interface Waitable<Filter> {
  list(filter: Filter): Promise<readonly unknown[]>
  waitFor(filter: Filter, options: WaitOptions): Promise<unknown>
}

/** At once, or as soon as there is one to list; an empty list when that took too long. */
async function listed<Filter>(source: Waitable<Filter>, { wait, ...query }: Asked['query']) {
  const filter = query as Filter
  if (wait !== undefined)
    try {
      await source.waitFor(filter, { timeout: String(wait) as '5s' })
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error
    }
  return source.list(filter)
}
