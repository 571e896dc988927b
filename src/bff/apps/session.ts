// POST /auth/session: an app exchanges its hand-off code for a session of its own, which it keeps in the keychain
// and sends as a Bearer token. Any app may claim another's URL scheme, so the code alone opens nothing: the
// verifier does, which never left the app (RFC 8252 §8.1, RFC 7636 §4.6).
import { timingSafeEqual } from 'node:crypto'
import type { FastifyPluginAsync } from 'fastify'
import { enter } from '../enter.ts'
import type { Bff } from '../parts.ts'
import { lifetimeOf } from '../routes/auth/status.ts'
import { fingerprint, newSecret } from '../secrets.ts'
import type { Session } from '../sessions.ts'
import { handoffRefused } from './handoff.ts'

interface Body {
  readonly handoff: string
  readonly app_verifier: string
}

const body = {
  type: 'object',
  required: ['handoff', 'app_verifier'],
  properties: {
    handoff: { type: 'string', maxLength: 128 },
    app_verifier: { type: 'string', pattern: '^[\\w.~-]{43,128}$' },
  },
}

type Needs = Pick<Bff, 'clock' | 'failures' | 'handoffs' | 'provider' | 'sessions'>

export const session: FastifyPluginAsync<Needs> = async (app, bff) => {
  const { clock, handoffs, sessions } = bff
  app.post<{ Body: Body }>('/auth/session', { schema: { body } }, async ({ body, headers, log }) => {
    const handoff = await handoffs.take(body.handoff)
    if (!handoff) throw handoffRefused('no hand-off waits behind this code, or not any more')
    // S256 is the fingerprint of the verifier: SHA-256 in base64url.
    const proof = Buffer.from(fingerprint(body.app_verifier))
    if (!timingSafeEqual(proof, Buffer.from(handoff.challenge)))
      throw handoffRefused('app_verifier is not that of the app_challenge; the code is used up')

    const sessionToken = newSecret()
    const id = fingerprint(sessionToken)
    const opening = { transport: 'bearer', device: headers['user-agent'] } as const
    await enter(id, handoff.login, opening, bff, log)
    const opened = (await sessions.find(id)) as Session
    return { sessionToken, user: opened.user, ...lifetimeOf(opened, clock.now()) }
  })
}
