// The methods that a path of the back channel does not have: a bare 405, as observed at the token endpoint, and
// why, in the log.
import type { FastifyInstance } from 'fastify'
import { methodNotAllowed } from '../domain/refusal.ts'
import type { RuleId } from '../domain/rules.ts'
import { refused } from '../domain/trail.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/**
 * Refuses whatever is not one of `allowed`.
 *
 * @example
 * otherMethods(app, '/oauth2/revoke', ['POST'], 'revoke.form')
 */
export function otherMethods(
  app: FastifyInstance,
  path: string,
  allowed: readonly string[],
  rule: RuleId,
): void {
  app.route({
    method: methods.filter((method) => !allowed.includes(method)),
    url: path,
    config: { form: rule },
    handler: async ({ exchange, method }) => {
      const reason = `the method is ${method}, expected ${allowed.join(' or ')}`
      throw refused(exchange, rule, methodNotAllowed(reason))
    },
  })
}
