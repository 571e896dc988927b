// Signing out of a SAML provider too (SAML 2.0 Profiles §4.4; AWS: IDPSignout, “sign-out flow”): a signed request by the
// redirect binding on the way out, a response by the POST binding on the way back, and in between what the app asked for.
import { sign, verify } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Client } from '../client.ts'
import { type Continuation, openStep, type ProviderStep } from '../continuations.ts'
import type { SigningKey } from '../keys.ts'
import { PageRefusal } from '../refusal.ts'
import type { BrowserSession } from '../sessions.ts'
import { demand, type Trail } from '../trail.ts'
import type { UserPool, World } from '../user-pool.ts'
import { subjectAt } from './identities.ts'
import type { IdentityProvider } from './identity-provider.ts'

const algorithm = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
const success = 'urn:oasis:names:tc:SAML:2.0:status:Success'
const namespaces =
  'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'

/** A session that a SAML provider has to be told of when it ends. */
export interface SamlSession {
  readonly pool: UserPool
  readonly provider: IdentityProvider
  /** By which name the provider knows the user. */
  readonly nameId: string
}

/** The session, if it began at a provider that wants to know of its end. */
export async function samlSession(
  { pools }: Pick<World, 'pools'>,
  sessionId: string | undefined,
): Promise<SamlSession | undefined> {
  if (sessionId === undefined) return undefined
  for (const pool of pools) {
    const session = await pool.sessions.find(sessionId)
    if (session !== undefined) return toldTo(pool, session)
  }
  return undefined
}

async function toldTo(pool: UserPool, session: BrowserSession): Promise<SamlSession | undefined> {
  const provider = pool.identityProviders.get(session.provider ?? '')
  const user = await pool.users.bySub(session.sub)
  const nameId = provider?.signsOut && user && subjectAt(provider, user)
  return provider !== undefined && nameId ? { pool, provider, nameId } : undefined
}

/**
 * Keeps where the app wants the browser to be in the end, and makes the query that the provider gets.
 *
 * @param destination the URL at which the provider takes it
 */
export async function signOutRequest(
  { pool, provider, nameId }: SamlSession,
  client: Client,
  target: string,
  destination: string,
): Promise<string> {
  const requestId = `_${pool.ids.uuid()}`
  const step = { name: 'at-sign-out', provider: provider.name, requestId, target } as const
  const { id } = await openStep(pool, client, step)
  const xml = `<samlp:LogoutRequest ${namespaces} ID="${requestId}" Version="2.0" IssueInstant="${instant(pool)}" Destination="${escaped(destination)}"><saml:Issuer>${entityIdOf(pool)}</saml:Issuer><saml:NameID>${escaped(nameId)}</saml:NameID></samlp:LogoutRequest>`
  const { id: key } = await pool.keys
  return signedQuery(deflateRawSync(xml).toString('base64'), id, key)
}

/** AWS: what a pool is called at its SAML providers. */
const entityIdOf = ({ id }: Pick<UserPool, 'id'>): string => `urn:amazon:cognito:sp:${id}`

const instant = ({ clock }: Pick<UserPool, 'clock'>): string => clock.now().toISOString()

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** SAML 2.0 Bindings §3.4.4.1: what is signed is the query as it stands, up to the signature. */
function signedQuery(samlRequest: string, relayState: string, { privateKey }: SigningKey): string {
  const query = new URLSearchParams({ SAMLRequest: samlRequest, RelayState: relayState, SigAlg: algorithm })
  const signature = sign('sha256', Buffer.from(String(query)), privateKey).toString('base64')
  return `${query}&${new URLSearchParams({ Signature: signature })}`
}

/**
 * The provider's side: its answer to a request, in the form that a browser posts.
 *
 * @param query as it came
 * @returns nothing, if no pool of ours signed this
 */
export async function signOutResponse(
  pool: UserPool,
  { name, entityId = name }: IdentityProvider,
  query: string,
): Promise<string | undefined> {
  const [signed = ''] = query.split('&Signature=')
  const signature = new URLSearchParams(query).get('Signature') ?? ''
  const { id: key } = await pool.keys
  if (!verify('sha256', Buffer.from(signed), key.publicKey, Buffer.from(signature, 'base64')))
    return undefined
  const request = inflateRawSync(
    Buffer.from(new URLSearchParams(signed).get('SAMLRequest') as string, 'base64'),
  )
  const [, requestId] = / ID="(_[0-9a-f-]+)"/.exec(String(request)) as unknown as [string, string]
  const xml = `<samlp:LogoutResponse ${namespaces} ID="_${pool.ids.uuid()}" Version="2.0" IssueInstant="${instant(pool)}" InResponseTo="${requestId}"><saml:Issuer>${escaped(entityId)}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${success}"/></samlp:Status></samlp:LogoutResponse>`
  return Buffer.from(xml).toString('base64')
}

type AtSignOut = Continuation<Extract<ProviderStep, { name: 'at-sign-out' }>>

const invalid = (reason: string) =>
  new PageRefusal('Invalid samlResponse or relayState from identity provider', reason)

/**
 * Back from the provider: where the app wanted the browser to be. Good for once.
 *
 * @throws PageRefusal
 */
export async function signedOutTarget(
  { pools }: Pick<World, 'pools'>,
  { relayState, response }: { readonly relayState: string; readonly response: string },
  trail: Trail,
): Promise<string> {
  const found = await findSignOut(pools, relayState)
  demand(trail, 'logout.saml-state', found !== undefined, () =>
    invalid(
      'no sign-out is waiting for an answer with this RelayState: it is made up, old, or came back already',
    ),
  )
  const { pool, at } = found
  trail.poolId = pool.id
  trail.clientId = at.clientId
  const xml = Buffer.from(response, 'base64').toString('utf8')
  const isAnswer =
    /^\s*(?:<\?xml[^>]*>\s*)?<(?:\w+:)?LogoutResponse\b/.test(xml) &&
    xml.includes(` InResponseTo="${at.step.requestId}"`) &&
    xml.includes(` Value="${success}"`)
  demand(trail, 'logout.saml-response', isAnswer, () =>
    invalid(
      `what ${at.step.provider} posted is no LogoutResponse to the request ${at.step.requestId} with the status Success`,
    ),
  )
  const isFirst = await pool.continuations.close(at.id)
  demand(trail, 'logout.saml-state', isFirst, () =>
    invalid('another request has brought this answer already'),
  )
  return at.step.target
}

async function findSignOut(pools: readonly UserPool[], relayState: string) {
  for (const pool of pools) {
    const at = await pool.continuations.find(relayState)
    if (at?.step.name === 'at-sign-out' && pool.clock.now() < at.expiresAt)
      return { pool, at: at as AtSignOut }
  }
  return undefined
}
