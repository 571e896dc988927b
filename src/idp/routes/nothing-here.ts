// Every other path: 404, and who is speaking. One of Cognito's own paths answers another method with 405.
import type { FastifyInstance, HTTPMethods } from 'fastify'
import { note } from '../domain/trail.ts'

const methods: readonly HTTPMethods[] = ['GET', 'POST']

export async function nothingHere(app: FastifyInstance): Promise<void> {
  app.setNotFoundHandler((request, reply) => {
    const { path } = request.exchange
    // hasRoute reads its argument as a pattern, and what a client sends may be a broken one.
    const isLiteral = /^[\w/.-]+$/.test(path)
    const allowed = isLiteral ? methods.filter((method) => app.hasRoute({ url: path, method })) : []
    if (allowed.length > 0) {
      const expected = allowed.join(', ')
      note(request.exchange, 'method.allowed', false, `the method is ${request.method}, expected ${expected}`)
      return reply.code(405).header('allow', expected).send()
    }
    return reply.code(404).page('error', {
      detail: `This is mocknito, a local mock of Amazon Cognito, and it has no page at ${path}. Start a login at /oauth2/authorize, or in your app.`,
    })
  })
}
