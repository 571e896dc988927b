// The two requests of every OAuth story, with everything in place unless a test says otherwise.
import type { Client } from '../../src/handle/clients.ts'
import type { Mocknito } from '../../src/handle/mocknito.ts'
import { alice, type Credentials, createBrowser } from './browser.ts'

type Overrides = Readonly<Record<string, string | undefined>>

const set = (parameters: Overrides): URLSearchParams => {
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) given.set(name, value)
  return given
}

/** An authorize URL of the client called web; an override of `undefined` leaves the parameter out. */
export function authorizeUrl(mock: Mocknito, overrides: Overrides = {}): string {
  const { id, callbackUrls } = mock.pool.client('web')
  const parameters = set({
    response_type: 'code',
    client_id: id,
    redirect_uri: callbackUrls[0],
    scope: 'openid email profile',
    state: 'some-state',
    ...overrides,
  })
  return `${mock.url}/oauth2/authorize?${parameters}`
}

export const basic = ({ id, secret }: Pick<Client, 'id' | 'secret'>): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})

/** An answer of the token endpoint. */
export interface TokenAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: Record<string, string | number | undefined>
}

/** Posts a form to the token endpoint. */
export async function postToken(
  mock: Mocknito,
  fields: Overrides,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const answer = await fetch(`${mock.url}/oauth2/token`, { method: 'POST', body: set(fields), headers })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, body: text === '' ? {} : JSON.parse(text) }
}

/** Signs in at the hosted page and returns the code. */
export async function freshCode(
  mock: Mocknito,
  overrides: Overrides = {},
  person: Credentials = alice,
): Promise<string> {
  const callback = await createBrowser().signIn(authorizeUrl(mock, overrides), person)
  return callback.searchParams.get('code') as string
}

/** Exchanges a code as the client called web does. */
export function exchange(mock: Mocknito, code: string, overrides: Overrides = {}): Promise<TokenAnswer> {
  const web = mock.pool.client('web')
  const fields = { grant_type: 'authorization_code', code, redirect_uri: web.callbackUrls[0], ...overrides }
  return postToken(mock, fields, basic(web))
}

/** Logs in and exchanges the code: the tokens of alice, or of somebody else. */
export async function freshTokens(
  mock: Mocknito,
  overrides: Overrides = {},
  person: Credentials = alice,
): Promise<Record<'id_token' | 'access_token' | 'refresh_token', string>> {
  const { body } = await exchange(mock, await freshCode(mock, overrides, person))
  return body as never
}

/** The claims of a JWT, unverified. */
export const claimsOf = (jwt: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(jwt.split('.')[1] as string, 'base64url').toString())
