// POST /saml2/logout: the browser comes back from a SAML provider that has signed it out, and goes where /logout was to
// send it. The post comes from another site; it is the RelayState that proves it, and nothing is left to protect.
import type { FastifyReply } from 'fastify'
import { signedOutTarget } from '../../domain/federation/single-logout.ts'
import type { HostedRequest } from '../../plugins/hosted-forms.ts'

export async function post(request: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { body, world, exchange } = request
  const field = (name: string) => String(body?.[name] ?? '')
  const answer = { relayState: field('RelayState'), response: field('SAMLResponse') }
  return reply.redirect(await signedOutTarget(world, answer, exchange))
}
