// POST /demo/codes: the two ways in which a code ends (RFC 6749 §4.1.2), tried with one of the visitor's own: used a
// second time, and five minutes old. The code ages at the mock, whose clock stays where it is: the sessions and
// tokens of everybody else are none the wiser.
import type { FastifyInstance } from 'fastify'
import type { RotatingCredentials } from '../bff/credentials.ts'
import type { Bff } from '../bff/parts.ts'
import { demandOurScript } from '../bff/same-origin.ts'
import type { Pool } from '../handle/pool.ts'
import { redeem, type Try } from './at-the-mock.ts'

interface Needs extends Pick<Bff, 'urls' | 'visitors'> {
  readonly credentials: RotatingCredentials
  readonly pool: Pick<Pool, 'auth' | 'clock' | 'domainUrl' | 'requests'>
}

const body = { type: 'object', required: ['what'], properties: { what: { enum: ['twice', 'late'] } } }

export async function codes(app: FastifyInstance, { credentials, pool, urls, visitors }: Needs) {
  const ends = {
    twice: async (use: () => Promise<Try>) => [await use(), await use()],

    async late(use: () => Promise<Try>) {
      await pool.clock.age('codes', '5m1s')
      return [await use()]
    },
  }

  app.post<{ Body: { what: keyof typeof ends } }>(
    '/demo/codes',
    { schema: { body } },
    async (request, reply) => {
      demandOurScript(request, urls())
      const { user } = await visitors.required(request, reply)
      const { clientId, clientSecret } = credentials.current()
      const redirectUri = urls().callback.href
      const { code } = await pool.auth.code({ user: user.username, client: clientId, redirectUri })
      const use = () =>
        redeem(pool, { id: clientId, secret: clientSecret }, { code, redirect_uri: redirectUri })
      return { code, tries: await ends[request.body.what](use) }
    },
  )
}
