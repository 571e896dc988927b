// GET /auth/sessions: where one is logged in. DELETE ends one of those, or all others. A reference stands for
// each; neither an id nor a token is told.
import type { FastifyPluginAsync } from 'fastify'
import { leave, leaveOthers } from '../../leave.ts'
import type { Bff } from '../../parts.ts'
import { ignoreBodies } from '../../plugins/ignore-bodies.ts'
import { notFound } from '../../problems.ts'
import { demandOurScript } from '../../same-origin.ts'
import { type Fingerprint, fingerprint } from '../../secrets.ts'

interface Params {
  readonly ref: string
}

type Needs = Pick<Bff, 'failures' | 'provider' | 'sessions' | 'urls' | 'visitors'>

export const sessions: FastifyPluginAsync<Needs> = async (app, bff) => {
  const { urls, visitors } = bff

  await app.register(ignoreBodies)

  app.get('/auth/sessions', async (request, reply) => {
    const own = await visitors.required(request, reply)
    const all = await bff.sessions.of(own.user)
    return all.map(({ id, device, transport, startedAt, seenAt }) => ({
      ref: refOf(id),
      current: id === own.id,
      device,
      transport,
      startedAt: new Date(startedAt),
      seenAt: new Date(seenAt),
    }))
  })

  app.delete<{ Params: Params }>('/auth/sessions/:ref', async (request, reply) => {
    demandOurScript(request, urls())
    const own = await visitors.required(request, reply)
    const all = await bff.sessions.of(own.user)
    const wanted = all.find(({ id }) => refOf(id) === request.params.ref)
    if (!wanted) throw notFound()
    await leave(wanted, wanted.id === own.id ? 'logout' : 'ended_elsewhere', bff, request.log)
    return reply.code(204).send()
  })

  app.delete('/auth/sessions', async (request, reply) => {
    demandOurScript(request, urls())
    const own = await visitors.required(request, reply)
    await leaveOthers(own, bff, request.log)
    return reply.code(204).send()
  })
}

/** Enough to tell one's own sessions apart, and nothing to find a session by. */
const refOf = (id: Fingerprint): string => fingerprint(`ref ${id}`).slice(0, 16)
