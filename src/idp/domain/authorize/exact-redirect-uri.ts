// RFC 6749 §3.1.2.3, and as strict as Cognito: letter for letter, no "any port" for loopback, no trailing
// slash forgiven. Refusals are pages, because the URI is exactly what could not be proven.
import type { Client } from '../client.ts'
import { PageRefusal } from '../refusal.ts'
import { demand, type Trail } from '../trail.ts'
import { isSingle } from './known-client.ts'
import { given } from './request.ts'

export function exactRedirectUri(parameters: URLSearchParams, client: Client, trail: Trail): string {
  const { callbackUrls } = client
  demand(trail, 'authorize.single-client-and-redirect', isSingle(parameters, 'redirect_uri'), () => {
    const redirectUris = parameters.getAll('redirect_uri')
    const reason = `redirect_uri is there ${redirectUris.length} times: ${redirectUris.join(', ')}`
    return new PageRefusal('invalid_request', reason, { clientId: client.id })
  })
  const redirectUri = given(parameters, 'redirect_uri') ?? impliedRedirectUri(client)
  demand(
    trail,
    'authorize.redirect-uri-given',
    redirectUri !== undefined,
    () =>
      new PageRefusal(
        'Required parameters missing',
        `redirect_uri is missing, and client ${client.name} has ${callbackUrls.length} callback URLs and no DefaultRedirectURI to choose from`,
      ),
  )
  demand(trail, 'authorize.redirect-uri-registered', callbackUrls.includes(redirectUri), () => {
    const reason = `redirect_uri ${redirectUri} is not a callback URL of client ${client.name}: ${callbackUrls.join(', ') || 'it has none'}`
    return new PageRefusal('redirect_mismatch', reason, {
      clientId: client.id,
      comparison: { parameter: 'redirect_uri', sent: redirectUri, registered: callbackUrls },
    })
  })
  return redirectUri
}

/** AWS: with one identity provider, the only callback URL, or the default one of several. */
function impliedRedirectUri({
  callbackUrls,
  defaultRedirectUri,
  identityProviders,
}: Client): string | undefined {
  if (identityProviders.length > 1) return undefined
  return callbackUrls.length === 1 ? callbackUrls[0] : defaultRedirectUri
}
