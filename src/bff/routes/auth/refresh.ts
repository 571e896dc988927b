// POST /auth/refresh: new tokens now. Nobody needs it, since the proxy refreshes by itself; it answers to those who
// come from the article's sample, and never with a token.
import type { FastifyPluginAsync } from 'fastify'
import type { Bff } from '../../parts.ts'
import { loginRequired } from '../../problems.ts'
import { demandOurScript } from '../../same-origin.ts'

type Needs = Pick<Bff, 'refresher' | 'urls' | 'visitors'>

export const refresh: FastifyPluginAsync<Needs> = async (app, { refresher, urls, visitors }) => {
  app.post('/auth/refresh', async (request, reply) => {
    demandOurScript(request, urls())
    const { id, tokens } = await visitors.required(request, reply)
    if (!(await refresher.fresh(id, tokens.accessToken)))
      throw loginRequired(await visitors.farewell(request, reply))
    return reply.code(204).send()
  })
}
