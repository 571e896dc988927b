// /logout (AWS: logout endpoint). The session ends whatever else is wrong with the request; then the browser goes to
// a registered sign-out URL, or back to the sign-in page of the client. It is not OpenID's RP-initiated
// logout, and the parameters of that are not understood.
import { grantedScopes } from './authorize/allowed-scopes.ts'
import { given } from './authorize/request.ts'
import { headerSafe } from './redirect-uri.ts'
import { PageRefusal } from './refusal.ts'
import { demand, type Trail } from './trail.ts'
import type { World } from './user-pool.ts'

/** What the page says, in the words of the framework that Cognito is built on. */
export const missingTarget = "Required String parameter 'redirect_uri' is not present"

/**
 * Where the browser goes after the session has ended.
 *
 * @throws PageRefusal without a client or a registered target
 */
export function logoutTarget(parameters: URLSearchParams, world: World, trail: Trail): string {
  if (parameters.size === 0) return '/login'
  const clientId = given(parameters, 'client_id')
  const known = clientId === undefined ? undefined : world.client(clientId)
  if (clientId !== undefined) {
    trail.clientId = clientId
    demand(
      trail,
      'logout.client-known',
      known !== undefined,
      () => new PageRefusal('Client does not exist', `no user pool has the client ${clientId}`),
    )
    trail.poolId = known.pool.id
  }
  const logoutUri = given(parameters, 'logout_uri')
  const redirectUri = given(parameters, 'redirect_uri')
  const client = known?.client
  const signsOut = logoutUri !== undefined && client?.logoutUrls.includes(logoutUri)
  const signsInAgain = redirectUri !== undefined && client?.callbackUrls.includes(redirectUri)
  demand(trail, 'logout.target', signsOut || signsInAgain || false, () => {
    const registered = client?.logoutUrls ?? []
    const reason =
      client === undefined
        ? 'client_id is missing'
        : logoutUri === undefined && redirectUri === undefined
          ? `there is neither a logout_uri nor a redirect_uri; the request has ${[...parameters.keys()].join(', ')}`
          : `${logoutUri ?? redirectUri} is not a ${logoutUri ? 'sign-out' : 'callback'} URL of client ${client.name}: ${(logoutUri ? registered : client.callbackUrls).join(', ') || 'it has none'}`
    return new PageRefusal(missingTarget, reason, {
      query: parameters.toString(),
      ...(logoutUri !== undefined && {
        comparison: { parameter: 'logout_uri', sent: logoutUri, registered },
      }),
    })
  })
  if (signsOut) return headerSafe(logoutUri as string)
  const signIn = new URLSearchParams(parameters)
  if (!signIn.has('scope') && known)
    signIn.set('scope', grantedScopes({ ...known, redirectUri: redirectUri as string, parameters }).join(' '))
  return `/login?${signIn}`
}
