// What of the article's steps happens where no page can see it, from the mock's own journal: GET /demo/steps for the
// login that led to the visitor's session, POST /demo/steps for its end. Of each exchange no more than what a log has
// of it; nobody learns of the exchanges of others.
import type { FastifyInstance } from 'fastify'
import type { Bff } from '../bff/parts.ts'
import { logoutProof } from '../bff/routes/auth/logout.ts'
import { demandOurScript } from '../bff/same-origin.ts'
import type { Session } from '../bff/sessions.ts'
import type { Pool } from '../handle/pool.ts'
import type { RecordedRequest } from '../handle/requests.ts'

interface Needs extends Pick<Bff, 'urls' | 'visitors'> {
  readonly pool: Pick<Pool, 'requests'>
}

/** An exchange at the mock, by the number that it has in the article. */
export interface TakenStep extends Pick<RecordedRequest, 'id' | 'method' | 'path' | 'status' | 'at'> {
  readonly step: '4' | '7' | '9' | '12'
}

/** Whose log-out it will be, and after which exchange. */
interface Leaver {
  readonly user: string
  readonly client: string
  readonly since: number
}

const mostLeavers = 100
const body = { type: 'object', required: ['sid'], properties: { sid: { type: 'string' } } }

/** Registers the two routes. */
export async function steps(app: FastifyInstance, { pool: { requests }, urls, visitors }: Needs) {
  /** By the proof that only the pages of a session know: when they ask, there is no session any more to ask with. */
  let leavers = new Map<string, Leaver>()

  app.get('/demo/steps', async (request, reply) => {
    const session = await visitors.required(request, reply)
    const all = await requests.list()
    const { clientId: client, user } = session
    const leaver = { user: user.username, client, since: all.at(-1)?.id ?? 0 }
    leavers = new Map([...leavers, [logoutProof(session.id), leaver] as const].slice(-mostLeavers))
    return stepsOfLogin(all, session)
  })

  app.post<{ Body: { sid: string } }>('/demo/steps', { schema: { body } }, async (request) => {
    demandOurScript(request, urls())
    const leaver = leavers.get(request.body.sid)
    return taken(['12', leaver && (await requests.list({ target: 'revoke', ...leaver })).at(-1)])
  })
}

/**
 * A login leaves no mark on its requests that the journal would keep, so they are found by who, for which client, and
 * when: the exchange is the last one before the session began, and its authorize request has the state of the page on
 * which the person said who they are.
 */
function stepsOfLogin(all: readonly RecordedRequest[], { user, clientId, startedAt }: Session): TakenStep[] {
  const before = all.filter(({ client, at }) => client === clientId && at.getTime() <= startedAt)
  const own = before.filter((each) => each.user === user.username)
  const token = own.findLast(({ target, status }) => target === 'token:code' && status === 200)
  if (token === undefined) return []
  const state = own.map((each) => (each.id < token.id ? stateOf(each) : undefined)).findLast(Boolean)
  const authorize = state && before.find((each) => each.target === 'authorize' && stateOf(each) === state)
  const userInfo = own.find(({ id, target }) => id > token.id && target === 'userInfo')
  return taken(['4', authorize], ['7', token], ['9', userInfo])
}

const stateOf = ({ parameters }: RecordedRequest) => parameters.find(({ name }) => name === 'state')?.value

type Found = readonly [step: TakenStep['step'], request: RecordedRequest | '' | undefined]

const taken = (...found: readonly Found[]): TakenStep[] =>
  found.flatMap(([step, request]) => {
    if (!request) return []
    const { id, method, path, status, at } = request
    return [{ step, id, method, path, status, at }]
  })
