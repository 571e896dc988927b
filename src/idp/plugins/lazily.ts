// A page that most logins never show: its handlers, and what they stand on, are loaded when somebody first comes to it,
// so that they cost nothing at the start.
import type { FastifyInstance, FastifyReply } from 'fastify'
import { LoginOver } from '../domain/continuations.ts'
import type { HostedRequest } from './hosted-forms.ts'
import { showSignIn } from './sign-in-page.ts'

type Handler = (request: HostedRequest, reply: FastifyReply) => Promise<FastifyReply>

/** What the file of a page exports: one function for each method. */
export interface PageModule {
  readonly get?: Handler
  readonly post?: Handler
}

/**
 * Registers a page without loading it. A login that is over leads back to the sign-in page, which says why.
 *
 * @example
 * lazily(app, ['GET', 'POST'], '/signup', () => import('./routes/hosted-ui/signup.ts'))
 */
export function lazily(
  app: FastifyInstance,
  methods: readonly ('GET' | 'POST')[],
  path: string,
  load: () => Promise<PageModule>,
): void {
  for (const method of methods)
    app.route({
      method,
      url: path,
      handler: async (request, reply) => {
        const { get, post } = await load()
        const handle = (method === 'GET' ? get : post) as Handler
        try {
          return await handle(request as HostedRequest, reply)
        } catch (refusal) {
          if (refusal instanceof LoginOver) return showSignIn(request as HostedRequest, reply, refusal.text)
          throw refusal
        }
      },
    })
}
