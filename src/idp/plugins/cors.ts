// Which answers a page of another origin may read: the token, userInfo, revoke and discovery endpoints, from
// anywhere, errors included, without credentials (AWS). The hosted pages never.
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { RuleId } from '../domain/rules.ts'

/** What Amplify, oidc-client-ts and plain fetch ask for; `*` alone would not cover `authorization`. */
const allowedHeaders = 'authorization, content-type, x-amz-user-agent, x-requested-with'

export const cors = fp(
  async (app) => {
    const isTokenOnly = app.idp.world.choices.cors === 'token-only'
    const closed = isTokenOnly ? ['/oauth2/userInfo', '/oauth2/revoke'] : []
    app.addHook('onRequest', ({ routeOptions }, reply, done) => {
      if (!closed.includes(routeOptions.url as string)) reply.header('access-control-allow-origin', '*')
      done()
    })
  },
  { name: 'cors', dependencies: ['idp'], fastify: '5.x' },
)

/**
 * Answers the preflight of one path.
 *
 * @param form the rule about method and body of that path, if its scope has one
 */
export function preflight(app: FastifyInstance, path: string, methods: string, form?: RuleId): void {
  app.options(path, { config: form === undefined ? {} : { form } }, (_, reply) =>
    reply
      .code(204)
      .headers({
        'access-control-allow-methods': `${methods}, OPTIONS`,
        'access-control-allow-headers': allowedHeaders,
        'access-control-max-age': '600',
      })
      .send(),
  )
}
