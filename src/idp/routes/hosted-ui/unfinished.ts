// Cognito's pages that mocknito does not have yet. They say so, instead of a bare 404.
import type { FastifyInstance } from 'fastify'

const pages = [
  { path: '/signup', heading: 'Sign up' },
  { path: '/confirm', heading: 'Confirm your account' },
  { path: '/forgotPassword', heading: 'Forgot your password?' },
  { path: '/confirmForgotPassword', heading: 'Change your password' },
  { path: '/confirmforgotPassword', heading: 'Change your password' },
] as const

export async function unfinished(app: FastifyInstance): Promise<void> {
  for (const { path, heading } of pages)
    app.get<{ Querystring: URLSearchParams }>(path, async ({ query }, reply) =>
      reply.page('unfinished', {
        heading,
        explanation: `The page at ${path} is not in this version of mocknito.`,
        back: `/login?${query}`,
      }),
    )
}
