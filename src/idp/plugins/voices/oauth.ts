// How the back-channel endpoints speak: `{"error":…}` with Cognito's statuses, or a bare 405. Handlers throw;
// only this file turns a refusal into their answer.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import {
  BareRefusal,
  invalidRequest,
  MisdirectedRequest,
  methodNotAllowed,
  type OAuthError,
  Refusal,
  TriggerFailure,
} from '../../domain/refusal.ts'
import type { RuleId } from '../../domain/rules.ts'
import { refused } from '../../domain/trail.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The rule about method and body that a request breaks which Fastify itself refuses. */
    form?: RuleId
  }
}

export const jsonType = 'application/json;charset=UTF-8'

export const oauthVoice = fp(
  async (app) => {
    const challengesHaveBody = app.idp.world.choices['user-info-error-body'] === 'json'
    app.setErrorHandler((error: FastifyError | Refusal, request, reply) => {
      speakOAuth(error, request, reply, challengesHaveBody)
    })
  },
  { name: 'oauth-voice', dependencies: ['idp'], fastify: '5.x' },
)

function speakOAuth(
  error: FastifyError | Refusal,
  request: FastifyRequest,
  reply: FastifyReply,
  challengesHaveBody: boolean,
) {
  const refusal = error instanceof Refusal ? error : fromFramework(error, request)
  if (refusal === undefined) {
    request.exchange.failure = error
    return reply.code(500).type(jsonType).send('{"error":"server_error"}')
  }
  request.exchange.refusal = refusal
  if (refusal instanceof BareRefusal) return reply.code(refusal.status).send()
  if (refusal instanceof TriggerFailure) return answer(reply, 400, internalError(refusal, reply), undefined)
  if (refusal instanceof MisdirectedRequest) return answer(reply, 421, 'invalid_request', refusal.message)
  const { status, code, description, isChallenge } = refusal as OAuthError
  // AWS: the header has no scheme, only error and error_description.
  if (isChallenge) reply.header('www-authenticate', `error="${code}", error_description="${description}"`)
  if (isChallenge && !challengesHaveBody) return reply.code(status).send()
  return answer(reply, status, code, description)
}

/** As observed once: the exception of a service inside Cognito, whole, where an error code belongs. */
const internalError = ({ text, exception }: TriggerFailure, reply: FastifyReply): string =>
  `${text} (Service: AWSCognitoIdentityProviderInternalService; Status Code: 400; Error Code: ${exception}; Request ID: ${reply.getHeader('x-amz-cognito-request-id')}; Proxy: null)`

function answer(reply: FastifyReply, status: number, code: string, description: string | undefined) {
  const body = { error: code, ...(description !== undefined && { error_description: description }) }
  return reply.code(status).type(jsonType).send(JSON.stringify(body))
}

/** Fastify refuses some requests itself: a content type without a parser, a body that is too large. */
function fromFramework(
  error: FastifyError,
  { exchange, headers, routeOptions }: FastifyRequest,
): Refusal | undefined {
  if (error.statusCode === undefined || error.statusCode >= 500) return undefined
  const rule = routeOptions.config.form as RuleId
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return refused(
      exchange,
      rule,
      methodNotAllowed(
        `Content-Type is ${headers['content-type']}, expected application/x-www-form-urlencoded`,
      ),
    )
  return refused(exchange, rule, invalidRequest(`the body cannot be read: ${error.message}`))
}
