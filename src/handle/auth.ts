// Logging in without a browser, and with one that need not be typed into. The domain judges the request as it
// judges any other; only the pages are left out.

import { proofsOfLogin } from '../idp/domain/authentication.ts'
import { createClock } from '../idp/domain/clock.ts'
import type { Claims } from '../idp/domain/federation/identity-provider.ts'
import { ableUser, answerAs } from '../idp/domain/headless.ts'
import type { Exchange } from '../idp/domain/journal.ts'
import { recordedParameter } from '../idp/domain/journal.ts'
import { type BrowserSession, openSession } from '../idp/domain/sessions.ts'
import { createWorld, type UserPool } from '../idp/domain/user-pool.ts'
import { clientOf, clientsOf } from './clients.ts'
import type { Machinery } from './machinery.ts'

/** A cookie as Playwright's `context.addCookies` takes it. */
export interface Cookie {
  readonly name: string
  readonly value: string
  readonly domain: string
  readonly path: string
  /** In seconds since the epoch. */
  readonly expires: number
  readonly httpOnly: boolean
  readonly secure: boolean
  readonly sameSite: 'Lax'
}

/** What Playwright's `newContext({ storageState })` takes. */
export interface StorageState {
  readonly cookies: Cookie[]
  readonly origins: []
}

/** Somebody of the pool, or somebody whom one of its identity providers sends. */
export type Person =
  | {
      /** By username, sub or whatever else they can sign in with; a federated user is called `Google_1234`. */
      readonly user: string
    }
  | {
      /** By name; one of the client's. */
      readonly provider: string
      /** What it says of the person, by its own names: `{ sub: '1234', email: 'zoe@example.com' }`. */
      readonly claims: Claims
    }

export type CodeRequest = Person & CodeParameters

export interface CodeParameters {
  /** By name or id; the first one with the code flow unless told. */
  readonly client?: string
  /** Default: the first callback URL of the client. */
  readonly redirectUri?: string
  readonly scope?: string
  readonly state?: string
  readonly nonce?: string
  /** S256. */
  readonly codeChallenge?: string
}

export type FollowOptions = Person & {
  /** The user turns the request down: the callback gets `error=access_denied`. */
  readonly deny?: boolean
}

export interface Followed {
  /** Where the browser would go now: the app's callback, with a code or an error. */
  readonly callbackUrl: string
  /** The cookies of the hosted pages; none after an error. */
  readonly cookies: readonly Cookie[]
}

export interface Auth {
  /**
   * A fresh authorization code, as the callback would bring it.
   *
   * @throws if the user cannot sign in or the request would be refused
   * @example
   * const { code } = await pool.auth.code({ user: 'alice' })
   */
  code(request: CodeRequest): Promise<{ readonly code: string; readonly callbackUrl: string }>
  /**
   * Answers an app's authorize URL as that person, without a page.
   *
   * @throws if the request would end on the error page, or the user cannot sign in
   * @example
   * const login = await fetch(`${app}/login`, { redirect: 'manual' })
   * const { callbackUrl } = await pool.auth.follow(login.headers.get('location'), { user: 'alice' })
   */
  follow(authorizeUrl: string, options: FollowOptions): Promise<Followed>
  /**
   * From now on browsers that come to log in are signed in as this user, without typing. `null` ends it.
   *
   * @param options how many logins (default: any number), and at which client (default: any)
   * @example
   * await pool.auth.auto('alice', { times: 1 })
   */
  auto(user: string | null, options?: { readonly times?: number; readonly client?: string }): Promise<void>
  /**
   * The single sign-on cookie of a user, for a browser context: the next login there is silent.
   *
   * @example
   * await context.addCookies((await pool.auth.storageState({ user: 'alice' })).cookies)
   */
  storageState(options: { readonly user: string }): Promise<StorageState>
  /**
   * Ends the browser sessions of a user, or all of them.
   *
   * @example
   * await pool.auth.endSso('alice')
   */
  endSso(user?: string): Promise<void>
}

export function authOf(pool: UserPool, machinery: Machinery, origin: () => string): Auth {
  const { urls } = machinery
  const follow: Auth['follow'] = async (authorizeUrl, { deny = false, ...person }) => {
    const url = new URL(authorizeUrl, origin())
    const announced = urls.originFor({ host: url.host }, url.protocol === 'https:' ? 'https' : 'http')
    if (announced === undefined || !/^\/(?:oauth2\/authorize|login)$/.test(url.pathname))
      throw new Error(`${url.origin}${url.pathname} is not the authorize endpoint of this mock`)
    const exchange = headlessExchange(url, pool)
    const options = { issuerOf: (each: UserPool) => urls.issuer(each, announced), denies: deny }
    try {
      const world = createWorld([pool])
      const { callbackUrl, session } = await answerAs(person, url.searchParams, world, options, exchange)
      exchange.status = 302
      return { callbackUrl, cookies: session ? [ssoCookie(session, origin())] : [] }
    } finally {
      machinery.journal.append(exchange)
      pool.journal.append(exchange)
    }
  }
  return {
    follow,
    async code(request) {
      const { provider, claims, user } = request as { provider?: string; claims: Claims; user: string }
      const person = provider === undefined ? { user } : { provider, claims }
      const { callbackUrl } = await follow(`/oauth2/authorize?${codeParameters(pool, request)}`, person)
      const { searchParams } = new URL(callbackUrl)
      const code = searchParams.get('code')
      if (code === null)
        throw new Error(
          `the request is refused: ${searchParams.get('error_description') ?? searchParams.get('error')}`,
        )
      return { code, callbackUrl }
    },
    async auto(user, { times, client } = {}) {
      if (user === null) return pool.autoSignIns.set()
      const { username } = await ableUser(pool, user, { verdicts: [] })
      const clientId = client === undefined ? undefined : clientOf(pool.id, clientsOf(pool), client).id
      pool.autoSignIns.set({
        username,
        ...(times !== undefined && { times }),
        ...(clientId !== undefined && { clientId }),
      })
    },
    async storageState({ user }) {
      const person = await ableUser(pool, user, { verdicts: [] })
      const session = await openSession(pool, person.sub, { proofs: proofsOfLogin(pool, person) })
      return { cookies: [ssoCookie(session, origin())], origins: [] }
    },
    async endSso(user) {
      const sub = user === undefined ? undefined : (await pool.users.find(user))?.sub
      if (user !== undefined && sub === undefined) throw new Error(`pool ${pool.id} has no user ${user}`)
      await pool.sessions.revise((session) =>
        sub === undefined || session.sub === sub ? undefined : session,
      )
    },
  }
}

/** What the journal keeps of a request that nobody sent over the network. */
const headlessExchange = ({ pathname, searchParams }: URL, { id }: UserPool): Exchange => ({
  at: createClock().now(),
  method: 'GET',
  path: pathname,
  target: pathname === '/login' ? 'login' : 'authorize',
  clientAuthentication: 'none',
  parameters: [...searchParams].map((parameter) => recordedParameter(...parameter)),
  poolId: id,
  status: 400,
  verdicts: [],
})

function codeParameters(pool: UserPool, request: CodeParameters): URLSearchParams {
  const clients = clientsOf(pool)
  const { client } = request
  const withCode = clients.filter(({ oauthFlows }) => oauthFlows.includes('code'))
  const { id, callbackUrls } = clientOf(pool.id, client === undefined ? withCode : clients, client)
  const redirectUri = request.redirectUri ?? callbackUrls[0]
  return new URLSearchParams({
    response_type: 'code',
    client_id: id,
    ...(redirectUri !== undefined && { redirect_uri: redirectUri }),
    ...(request.scope !== undefined && { scope: request.scope }),
    ...(request.state !== undefined && { state: request.state }),
    ...(request.nonce !== undefined && { nonce: request.nonce }),
    ...(request.codeChallenge !== undefined && {
      code_challenge: request.codeChallenge,
      code_challenge_method: 'S256',
    }),
  })
}

/** The cookie by which the hosted pages know a browser, in quotes as Cognito sets it. */
function ssoCookie({ id, expiresAt }: BrowserSession, origin: string): Cookie {
  const { hostname, protocol } = new URL(origin)
  return {
    name: 'cognito',
    value: `"${id}"`,
    domain: hostname,
    path: '/',
    expires: Math.floor(expiresAt.getTime() / 1000),
    httpOnly: true,
    secure: protocol === 'https:',
    sameSite: 'Lax',
  }
}
