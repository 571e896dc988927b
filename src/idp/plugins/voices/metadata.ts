// How the JWKS and discovery documents speak when there is nothing to say: `{"message":…}`, as the issuer
// host's API does.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { MisdirectedRequest, Refusal } from '../../domain/refusal.ts'

export const metadataVoice = fp(
  async (app) => {
    app.setErrorHandler(speakMetadata)
    app.addHook('onRequest', (_, reply, done) => {
      reply.header('x-content-type-options', 'nosniff')
      done()
    })
  },
  { name: 'metadata-voice', fastify: '5.x' },
)

function speakMetadata(error: FastifyError | Refusal, { exchange }: FastifyRequest, reply: FastifyReply) {
  if (!(error instanceof Refusal)) {
    exchange.failure = error
    return reply.code(500).send({ message: 'Internal server error' })
  }
  exchange.refusal = error
  return reply.code(error instanceof MisdirectedRequest ? 421 : 404).send({ message: error.message })
}
