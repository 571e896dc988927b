// How the JWKS and discovery documents speak when there is nothing to say: `{"message":…}`, as the issuer
// host's API does.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { MisdirectedRequest, NoDomain, Refusal } from '../../domain/refusal.ts'

export const metadataVoice = fp(
  async (app) => {
    const unknownPoolStatus = app.idp.world.choices['unknown-pool'] === 'not-found' ? 404 : 400
    app.setErrorHandler((error: FastifyError | Refusal, request, reply) => {
      speakMetadata(error, request, reply, unknownPoolStatus)
    })
    app.addHook('onRequest', (_, reply, done) => {
      reply.header('x-content-type-options', 'nosniff')
      done()
    })
  },
  { name: 'metadata-voice', dependencies: ['idp'], fastify: '5.x' },
)

function speakMetadata(
  error: FastifyError | Refusal,
  { exchange }: FastifyRequest,
  reply: FastifyReply,
  unknownPoolStatus: number,
) {
  if (!(error instanceof Refusal)) {
    // A preflight with a body that Fastify does not read, or a defect of our own.
    const { statusCode: status = 500, message } = error
    if (status < 500) return reply.code(status).send({ message })
    exchange.failure = error
    return reply.code(500).send({ message: 'Internal server error' })
  }
  exchange.refusal = error
  return reply.code(statusOf(error, unknownPoolStatus)).send({ message: error.message })
}

function statusOf(refusal: Refusal, unknownPoolStatus: number): number {
  if (refusal instanceof MisdirectedRequest) return 421
  return refusal instanceof NoDomain ? 400 : unknownPoolStatus
}
