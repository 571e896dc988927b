// Cognito's page that mocknito does not have yet. It says so, instead of a bare 404.
import type { FastifyReply } from 'fastify'
import type { HostedRequest } from '../../plugins/hosted-forms.ts'

export async function get({ query }: HostedRequest, reply: FastifyReply): Promise<FastifyReply> {
  return reply.page('unfinished', {
    heading: 'Add a passkey',
    explanation: 'The page at /passkeys/add is not in this version of mocknito.',
    back: `/login?${query}`,
  })
}
