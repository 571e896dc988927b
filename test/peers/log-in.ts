// A login by hand, no library between the mock and the test: for strangers that look at tokens only, or at the
// bytes of an answer.
import type { Mocknito } from '../../src/handle/mocknito.ts'
import { alice, type Credentials, createBrowser } from '../support/browser.ts'

export interface Login {
  /** The client by name; it registers its first callback URL. */
  readonly client?: string
  readonly person?: Credentials
  /** Default: all scopes of the client. */
  readonly scope?: string
  readonly nonce?: string
  /** What the access token is bound to. */
  readonly resource?: string
}

/** The body of a successful token answer, keys as on the wire. */
export interface Tokens {
  readonly id_token: string
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_in: number
  readonly token_type: string
}

/** Signs in and exchanges the code. `answer` is the answer of the token endpoint, not read yet. */
export async function logIn(mock: Mocknito, login: Login = {}): Promise<Response> {
  const { client = 'web', person = alice, ...asked } = login
  const { id, callbackUrls } = mock.pool.client(client)
  const redirect_uri = String(callbackUrls[0])
  const query = new URLSearchParams({ response_type: 'code', client_id: id, redirect_uri, ...asked })
  const callback = await createBrowser().signIn(`${mock.url}/oauth2/authorize?${query}`, person)
  const code = String(callback.searchParams.get('code'))
  return requestTokens(mock, client, { grant_type: 'authorization_code', code, redirect_uri })
}

/** New tokens for a refresh token. */
export const refresh = (mock: Mocknito, client: string, refresh_token: string): Promise<Response> =>
  requestTokens(mock, client, { grant_type: 'refresh_token', refresh_token })

function requestTokens({ url, pool }: Mocknito, client: string, grant: Record<string, string>) {
  const { id, secret } = pool.client(client)
  const body = new URLSearchParams({ ...grant, client_id: id, ...(secret && { client_secret: secret }) })
  return fetch(`${url}/oauth2/token`, { method: 'POST', body })
}

/** @throws unless it is a successful answer */
export async function tokensIn(answer: Response): Promise<Tokens> {
  const text = await answer.text()
  if (!answer.ok) throw new Error(`no tokens: ${answer.status} ${text}`)
  return JSON.parse(text)
}
