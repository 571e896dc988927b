// The steps of the tour: the authorization code grant from its beginning to its end, as alice. No secret stands in
// them: where one is needed there is a variable, so whoever shows them decides who may know its value.
import type { Client } from '../handle/clients.ts'
import type { TourRequest } from './request.ts'

/** What the steps know of one another, and what they are told. */
export type Variable = 'CLIENT_SECRET' | 'CONTROL_TOKEN' | 'CODE' | 'ACCESS' | 'REFRESH'

/** The mock and the client that the tour is taken at. */
export interface Sights {
  /** Of the mock. */
  readonly url: string
  readonly clientId: string
  readonly isConfidential: boolean
  readonly callbackUrl: string
  readonly scope: string
  /** Without one there is no last step. */
  readonly logoutUrl: string | undefined
  /** Whether the control API asks for a token. */
  readonly isGuarded: boolean
}

/**
 * What the tour needs to know of a mock and of a client: of secrets only that there are some.
 *
 * @example
 * stepsAt(sightsOf(mock, mock.pool.client('web')))
 */
export const sightsOf = (
  { url, controlToken }: { readonly url: string; readonly controlToken: string | undefined },
  {
    id,
    secret,
    callbackUrls,
    logoutUrls,
    scopes,
  }: Pick<Client, 'id' | 'secret' | 'callbackUrls' | 'logoutUrls' | 'scopes'>,
): Sights => ({
  url,
  clientId: id,
  isConfidential: secret !== undefined,
  callbackUrl: callbackUrls[0] as string,
  scope: ['openid', 'email', 'profile'].filter((scope) => scopes.includes(scope)).join(' '),
  logoutUrl: logoutUrls[0],
  isGuarded: controlToken !== undefined,
})

export interface Step {
  readonly why: readonly string[]
  request(known: (variable: Variable) => string): TourRequest
  /** The answer goes into a variable of the shell, and some of its fields into others. */
  readonly keeps?: { readonly as: string; readonly fields: Readonly<Partial<Record<Variable, string>>> }
  /** What the script says of the answer; the answer itself unless told. */
  readonly says?: string
  /** What curl says of an answer whose body is of no interest; its `--write-out`. */
  readonly writes?: string
}

/**
 * The steps, in order.
 *
 * @example
 * for (const { why } of stepsAt(sights)) console.log(why.join('\n'))
 */
export function stepsAt(sights: Sights): Step[] {
  const { url, clientId, isConfidential, callbackUrl, scope, logoutUrl, isGuarded } = sights
  const authorize = `/oauth2/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: callbackUrl,
    scope,
    state: 'abc',
  })}`
  /** A form of the client, which proves itself by its secret if it has one. */
  const fromClient = (
    path: string,
    known: (variable: Variable) => string,
    form: Readonly<Record<string, string>>,
  ): TourRequest =>
    isConfidential
      ? { url: url + path, user: `${clientId}:${known('CLIENT_SECRET')}`, form }
      : { url: url + path, form: { client_id: clientId, ...form } }
  const exchange: Step['request'] = (known) =>
    fromClient('/oauth2/token', known, {
      grant_type: 'authorization_code',
      code: known('CODE'),
      redirect_uri: callbackUrl,
    })

  return [
    {
      why: ['The app sends the browser to the authorize endpoint, and that sends it on to the login page.'],
      request: () => ({ url: url + authorize }),
      writes: 'authorize: sent to %{redirect_url}',
    },
    {
      why: [
        'There alice signs in with Passw0rd!, and is sent to the app with a code. Open that page and read the code',
        'from the address at which you end; or let the mock sign her in without a browser:',
      ],
      request: (known) => ({
        url: `${url}/_mock/v1/pools/default/signins`,
        headers: {
          ...(isGuarded && { Authorization: `Bearer ${known('CONTROL_TOKEN')}` }),
          'Content-Type': 'application/json',
        },
        json: JSON.stringify({ user: 'alice', authorizeUrl: authorize }),
      }),
      keeps: { as: 'SIGNED_IN', fields: { CODE: 'code' } },
      says: 'code: $CODE',
    },
    {
      why: ['The back end of the app exchanges the code, with its secret, where no browser can see it.'],
      request: exchange,
      keeps: { as: 'TOKENS', fields: { ACCESS: 'access_token', REFRESH: 'refresh_token' } },
      says: 'tokens: $TOKENS',
    },
    { why: ['The code is used up: somebody who steals it now gets nothing.'], request: exchange },
    {
      why: ['With the access token the app asks who that is.'],
      request: (known) => ({
        url: `${url}/oauth2/userInfo`,
        headers: { Authorization: `Bearer ${known('ACCESS')}` },
      }),
    },
    {
      why: ['An hour later the refresh token gets new ones.'],
      request: (known) =>
        fromClient('/oauth2/token', known, {
          grant_type: 'refresh_token',
          refresh_token: known('REFRESH'),
        }),
    },
    {
      why: ['Logging out: the refresh token is revoked, and every token of this login with it.'],
      request: (known) => fromClient('/oauth2/revoke', known, { token: known('REFRESH') }),
      writes: 'revoked: %{http_code}',
    },
    ...(logoutUrl === undefined
      ? []
      : [
          {
            why: ['The browser goes to the sign-out of the pool, and comes back to the app.'],
            request: () => ({
              url: `${url}/logout?${new URLSearchParams({ client_id: clientId, logout_uri: logoutUrl })}`,
            }),
            writes: 'logged out, and sent to %{redirect_url}',
          },
        ]),
  ]
}
