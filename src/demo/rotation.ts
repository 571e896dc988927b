// POST /demo/rotate: the article's main argument at the press of a button. At the pool a secret or a client comes,
// then the BFF is told; browsers and their pages never are. GET /demo/credentials says where things stand; it tells
// no secret.
import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { ClientCredentials, RotatingCredentials } from '../bff/credentials.ts'
import type { Bff } from '../bff/parts.ts'
import { demandOurScript } from '../bff/same-origin.ts'
import type { Client } from '../handle/clients.ts'
import type { Pool } from '../handle/pool.ts'

interface Needs extends Pick<Bff, 'urls'> {
  readonly credentials: RotatingCredentials
  readonly pool: Pick<Pool, 'client' | 'createClient' | 'clients'>
  /** Prints a line where whoever started the demo sees it: browsers are told no secret. */
  readonly print: (line: string) => void
}

const body = {
  type: 'object',
  required: ['what'],
  properties: { what: { enum: ['secret', 'client', 'retire'] } },
}

/** Registers the two routes. */
export async function rotation(
  app: FastifyInstance,
  { credentials, pool, urls, print }: Needs,
): Promise<void> {
  const present = () => pool.client(credentials.current().clientId)

  function use(next: ClientCredentials) {
    credentials.rotate(next)
    print(`The BFF logs in with client ${next.clientId} now, secret ${next.clientSecret}`)
  }

  const rotate = {
    /** Two secrets are active afterwards, as many as Cognito allows: the oldest makes room. */
    async secret() {
      if (present().secrets.length === 0) return // a public client has none to rotate
      const client = await retire(present())
      const { secrets } = await client.addSecret()
      use({ clientId: client.id, clientSecret: secrets.at(-1) })
    },

    async client() {
      const { callbackUrls, logoutUrls, scopes, name } = present()
      const secret = `mock${randomBytes(24).toString('hex')}`
      const next = {
        name: `${name.replace(/-\d+$/, '')}-${pool.clients.length}`,
        secret,
        callbackUrls,
        logoutUrls,
        scopes,
      }
      const { id } = await pool.createClient(next)
      use({ clientId: id, clientSecret: secret })
    },

    /** The old secret is deleted; logins that began with it go on with the new one. */
    async retire() {
      await retire(present())
    },
  }

  app.get('/demo/credentials', async () => whereThingsStand(present()))

  app.post<{ Body: { what: keyof typeof rotate } }>('/demo/rotate', { schema: { body } }, async (request) => {
    demandOurScript(request, urls())
    await rotate[request.body.what]()
    return whereThingsStand(present())
  })
}

async function retire(client: Client): Promise<Client> {
  const [oldest] = client.secrets
  return client.secrets.length > 1 ? client.removeSecret(String(oldest)) : client
}

const whereThingsStand = ({ id, name, secrets }: Client) => ({
  clientId: id,
  clientName: name,
  activeSecrets: secrets.length,
})
