// /logout (AWS: logout endpoint). The browser goes to a registered sign-out URL, or back to the sign-in page of
// the client. It is not OpenID's RP-initiated logout, and the parameters of that are not understood.
import { given } from './authorize/request.ts'
import type { Client } from './client.ts'
import { headerSafe } from './redirect-uri.ts'
import { PageRefusal } from './refusal.ts'
import { demand, note, type Trail } from './trail.ts'
import { unknownClient, type World } from './user-pool.ts'

/** What the page says, in the words of the framework that Cognito is built on. */
export const missingTarget = "Required String parameter 'redirect_uri' is not present"

/** Where a sign-out leads, and which client it was for. */
export interface SignOut {
  readonly target: string
  readonly client?: Client
}

/**
 * Where the browser goes after the session has ended.
 *
 * @throws PageRefusal without a client or a registered target
 */
export function logoutTarget(parameters: URLSearchParams, world: World, trail: Trail): SignOut {
  if (parameters.size === 0) return { target: '/login' }
  const client = knownClient(parameters, world, trail)
  const logoutUri = given(parameters, 'logout_uri')
  const signOutUrls = client === undefined ? [] : signOutUrlsOf(client, world)
  if (client !== undefined && logoutUri !== undefined && signOutUrls.includes(logoutUri)) {
    note(trail, 'logout.target', true)
    return { target: headerSafe(logoutUri), client }
  }
  const redirectUri = given(parameters, 'redirect_uri')
  const signsInAgain = redirectUri !== undefined && client?.callbackUrls.includes(redirectUri) === true
  demand(trail, 'logout.target', signsInAgain, () => {
    const comparison =
      logoutUri === undefined
        ? undefined
        : { parameter: 'logout_uri', sent: logoutUri, registered: signOutUrls }
    return new PageRefusal(missingTarget, whyNoTarget(parameters, client, signOutUrls), {
      repeatsQuery: true,
      ...(comparison && { comparison }),
    })
  })
  const signIn = new URLSearchParams(parameters)
  for (const name of ['identity_provider', 'idp_identifier']) signIn.delete(name)
  const { scopes } = client as Client
  if (!signIn.has('scope')) signIn.set('scope', scopes.join(' '))
  return { target: `/login?${signIn}`, client: client as Client }
}

const signOutUrlsOf = ({ logoutUrls, callbackUrls }: Client, { choices }: Pick<World, 'choices'>) =>
  choices['logout-uri'] === 'callback-urls-too' ? [...logoutUrls, ...callbackUrls] : logoutUrls

function knownClient(parameters: URLSearchParams, world: World, trail: Trail): Client | undefined {
  const clientId = given(parameters, 'client_id')
  if (clientId === undefined) return undefined
  const known = world.client(clientId)
  demand(
    trail,
    'logout.client-known',
    known !== undefined,
    () => new PageRefusal('Client does not exist', unknownClient(clientId, world)),
  )
  trail.clientId = clientId
  trail.poolId = known.pool.id
  return known.client
}

function whyNoTarget(
  parameters: URLSearchParams,
  client: Client | undefined,
  signOutUrls: readonly string[],
): string {
  if (client === undefined) return 'client_id is missing'
  const logoutUri = given(parameters, 'logout_uri')
  const target = logoutUri ?? given(parameters, 'redirect_uri')
  if (target === undefined) {
    const names = [...parameters.keys()].join(', ')
    return `there is neither a logout_uri nor a redirect_uri; the request has ${names}`
  }
  const [kind, registered] =
    logoutUri === undefined ? ['callback', client.callbackUrls] : ['sign-out', signOutUrls]
  return `${target} is not a ${kind} URL of client ${client.name}: ${registered.join(', ') || 'it has none'}`
}
