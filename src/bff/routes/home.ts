// The home page, a static page on purpose: a Strict cookie does not travel with the redirect that
// ends a login, so the page asks /auth/status by itself once it stands on this origin. GET /warnings is for the page:
// what of this BFF one should not copy.
import type { FastifyPluginAsync } from 'fastify'
import { view } from '../pages.ts'
import type { Bff } from '../parts.ts'
import { unsafeParts } from '../unsafe-parts.ts'

export const home: FastifyPluginAsync<Pick<Bff, 'config'>> = async (app, { config }) => {
  app.get('/warnings', async () => unsafeParts(config))

  const page = view('home.html')
  app.get('/', { exposeHeadRoute: true }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(page),
  )

  for (const [name, type] of assets) {
    const content = view(name)
    app.get(`/${name}`, async (_request, reply) => reply.type(type).send(content))
  }
}

const assets = [
  ['home.css', 'text/css; charset=utf-8'],
  ['home.js', 'text/javascript; charset=utf-8'],
  ['icon.svg', 'image/svg+xml'],
] as const
