// Every other path: 404, who is speaking, and what was probably meant. One of Cognito's own paths answers another method with 405.
import cookie from '@fastify/cookie'
import type { FastifyInstance, HTTPMethods } from 'fastify'
import { nearbyPath } from '../domain/nearby-path.ts'
import { entryPaths, targetOf } from '../domain/target.ts'
import { note } from '../domain/trail.ts'
import type { UserPool } from '../domain/user-pool.ts'
import { cognitoHeaders } from '../plugins/cognito-headers.ts'

const methods: readonly HTTPMethods[] = ['GET', 'POST']

export async function nothingHere(app: FastifyInstance): Promise<void> {
  const { world } = app.idp
  await app.register(cookie)
  await app.register(cognitoHeaders)
  // Whatever is posted to nowhere is not read.
  app.addContentTypeParser('*', (_, body, done) => {
    body.resume()
    done(null)
  })
  app.setNotFoundHandler((request, reply) => {
    const { path } = request.exchange
    const allowed = methodsOf(app, path)
    if (allowed.length > 0) {
      const expected = allowed.join(', ')
      note(request.exchange, 'path.known', true)
      note(request.exchange, 'method.allowed', false, `the method is ${request.method}, expected ${expected}`)
      return reply.code(405).header('allow', expected).send()
    }
    const meant = nearbyPath(path, [...entryPaths, ...world.pools.flatMap(documentsOf)])
    const hint = meant === undefined ? '.' : `; did you mean ${meant}?`
    note(request.exchange, 'path.known', false, `there is nothing at ${path}${hint}`)
    return reply.code(404).page('error', {
      detail: `This is mocknito, a local mock of Amazon Cognito, and it has no page at ${path}${hint} Start a login at /oauth2/authorize, or in your app.`,
    })
  })
}

const documentsOf = ({ id }: Pick<UserPool, 'id'>): string[] =>
  ['openid-configuration', 'jwks.json'].map((document) => `/${id}/.well-known/${document}`)

/** The methods that a path has. */
function methodsOf(app: FastifyInstance, path: string): readonly HTTPMethods[] {
  if (['jwks', 'discovery'].includes(targetOf(path))) return ['GET']
  // hasRoute reads its argument as a pattern, and what a client sends may be a broken one.
  const isLiteral = /^[\w/.-]+$/.test(path)
  return isLiteral ? methods.filter((method) => app.hasRoute({ url: path, method })) : []
}
