// Which client is calling, and can it prove it? RFC 6749 §2.3.1: client_secret_basic and client_secret_post;
// a public client only names itself. Done before anything is looked up or used up, so that a client which
// tries one way and then the other does not lose its code.
import type { Client } from './client.ts'
import { sameText } from './pkce.ts'
import { invalidClient, OAuthError } from './refusal.ts'
import { demand, type Trail } from './trail.ts'
import { type KnownClient, unknownClient, type World } from './user-pool.ts'

export interface ClientCredentials {
  /** The Authorization header, as it came. */
  readonly authorization?: string | undefined
  readonly clientId?: string | undefined
  readonly clientSecret?: string | undefined
}

/** Each spelling that the secret may have been sent in: as it is, and form-decoded. */
interface Presented {
  readonly clientId: string | undefined
  readonly secrets: readonly string[] | undefined
  readonly how: string
}

/**
 * Finds the client and checks its secret, in that order.
 *
 * @throws OAuthError invalid_request, invalid_client
 */
export function authenticateClient(credentials: ClientCredentials, world: World, trail: Trail): KnownClient {
  const presented = readCredentials(credentials, trail)
  const { clientId } = presented
  demand(
    trail,
    'client.given',
    clientId !== undefined && clientId !== '',
    () =>
      new OAuthError(
        world.choices['client-missing'],
        'no client_id: neither in the body nor in an Authorization: Basic header',
      ),
  )
  const known = world.client(clientId)
  demand(trail, 'client.known', known !== undefined, () => invalidClient(unknownClient(clientId, world)))
  trail.clientId = clientId
  trail.poolId = known.pool.id
  checkSecret(known.client, presented, trail)
  return known
}

function checkSecret(client: Client, { secrets, how }: Presented, trail: Trail): void {
  if (client.secrets.length === 0) {
    demand(trail, 'client.public', secrets === undefined, () =>
      invalidClient(`client ${client.name} is public: it has no secret, and one came ${how}`),
    )
    return
  }
  const description = 'invalid_client_secret'
  demand(trail, 'client.secret', secrets !== undefined, () =>
    invalidClient(`client ${client.name} is confidential, and no secret came with the request`, description),
  )
  const fits = client.secrets.some((secret) => secrets.some((attempt) => sameText(attempt, secret)))
  demand(trail, 'client.secret', fits, () =>
    invalidClient(`the secret that came ${how} is not one of client ${client.name}`, description),
  )
}

function readCredentials(
  { authorization, clientId, clientSecret }: ClientCredentials,
  trail: Trail,
): Presented {
  const basic = /^basic +(.*)$/i.exec(authorization ?? '')?.[1]
  if (basic === undefined)
    return { clientId, secrets: clientSecret ? [clientSecret] : undefined, how: 'in the body' }
  const decoded = Buffer.from(basic, 'base64').toString()
  const colon = decoded.indexOf(':')
  demand(trail, 'client.basic-wellformed', colon >= 0, () =>
    invalidClient('the Authorization header is not the base64 of client_id:client_secret'),
  )
  const basicId = formDecoded(decoded.slice(0, colon))
  const secret = decoded.slice(colon + 1)
  demand(trail, 'client.consistent', clientId === undefined || clientId === basicId, () =>
    invalidClient('the client_id in the body is not the one in the Authorization header'),
  )
  return { clientId: basicId, secrets: [secret, formDecoded(secret)], how: 'in the Authorization header' }
}

/** RFC 6749 §2.3.1 has Basic credentials form-encoded; strict libraries do that and curl does not. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
