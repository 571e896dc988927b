// GET /demo/tour: what `mocknito tour` prints, for the page to show and to copy: the same steps, and no answers. No secret
// is in it, because a browser would be told it; the first line says where it is found.
import type { FastifyInstance } from 'fastify'
import type { RotatingCredentials } from '../bff/credentials.ts'
import type { Bff } from '../bff/parts.ts'
import type { Pool } from '../handle/pool.ts'
import { assignments, script } from '../tour/script.ts'
import { sightsOf, stepsAt } from '../tour/steps.ts'

interface Needs extends Pick<Bff, 'urls'> {
  readonly credentials: RotatingCredentials
  readonly pool: Pick<Pool, 'client' | 'domainUrl'>
  readonly controlToken: string | undefined
}

const notHere = () => '…  # mocknito demo prints it; a browser is never told'

export async function tour(app: FastifyInstance, { credentials, pool, urls, controlToken }: Needs) {
  app.get('/demo/tour', async (_request, reply) => {
    const { callback, home } = urls()
    const urlsHere = { callbackUrls: [callback.href], logoutUrls: [home.href] }
    const client = { ...pool.client(credentials.current().clientId), ...urlsHere }
    const steps = stepsAt(sightsOf({ url: pool.domainUrl, controlToken }, client))
    const head = assignments({ CLIENT_SECRET: client.secret, CONTROL_TOKEN: controlToken }, notHere)
    return reply.type('text/plain; charset=utf-8').send(script(steps, head))
  })
}
