// /_mock/inbox: what Cognito would have mailed or texted, as a live page and as JSON.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Message } from '../../domain/inbox.ts'
import type { World } from '../../domain/user-pool.ts'
import { sendEvents } from '../../plugins/event-stream.ts'

const inboxOf = ({ pools }: World): Message[] =>
  pools.flatMap(({ inbox }) => inbox.list()).sort((one, other) => other.at.getTime() - one.at.getTime())

/** The page listens for more, which the pages of a login have no business to do. */
const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export async function get(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const messages = inboxOf(request.world)
  const isPage =
    /\btext\/html\b/.test(request.headers.accept ?? '') && !request.url.startsWith('/_mock/inbox.json')
  if (!isPage) return reply.type('application/json; charset=utf-8').send(JSON.stringify({ messages }))
  return reply.header('content-security-policy', policy).page('inbox', { messages })
}

/** GET /_mock/inbox/events: one server-sent event for each message, until the browser goes away. */
export const events = {
  async get({ world }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    return sendEvents(reply, (send) => {
      const stop = world.pools.map(({ inbox }) => inbox.subscribe(({ id }) => send('message', String(id))))
      return () => {
        for (const unsubscribe of stop) unsubscribe()
      }
    })
  },
}
