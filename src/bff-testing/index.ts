// The BFF for somebody's tests: sessions without a browser, as old as one likes. `import { startBff } from
// 'mocknito/bff-testing'`.
import { type BffOptions, environmentOf, readConfig } from '../bff/config.ts'
import type { CompletedLogin } from '../bff/login.ts'
import { type Bff, storeOf } from '../bff/parts.ts'
import { fingerprint, newSecret } from '../bff/secrets.ts'
import type { Session, Transport } from '../bff/sessions.ts'
import { type StartedBff, startBff as start } from '../bff/start.ts'
import type { Store } from '../bff/stores/store.ts'
import type { User } from '../bff/user.ts'
import type { Client, FurtherUrls } from '../handle/clients.ts'
import { type Duration, millisecondsOf } from '../idp/duration.ts'
import { signIn } from './sign-in.ts'

export interface TestBffOptions extends BffOptions {
  /** Of a started mock. */
  readonly pool: TestPool
  /** By name or id; the first one of the pool unless told. */
  readonly client?: string
}

interface TestPool {
  readonly issuer: string
  client(nameOrId?: string): Pick<Client, 'id' | 'secret' | 'scopes'> & {
    register(urls: FurtherUrls): Promise<unknown>
  }
}

/** A session, and how to present it. */
export interface TestSession {
  readonly user: User
  /** The value of a `Cookie` header; empty for a Bearer session. */
  readonly cookie: string
  /** The value of an `Authorization` header; empty for a session in a cookie. */
  readonly bearer: string
  /** Everything that a request needs which changes something. */
  readonly csrfHeaders: Readonly<Record<string, string>>
  /** For Playwright's `newContext({ storageState })`. */
  readonly storageState: {
    readonly cookies: {
      readonly name: string
      readonly value: string
      readonly domain: string
      readonly path: string
      readonly expires: number
      readonly httpOnly: boolean
      readonly secure: boolean
      readonly sameSite: 'Strict' | 'Lax'
    }[]
    readonly origins: []
  }
}

/** What can be told of a session: no id, no token. */
export type SessionView = Pick<Session, 'user' | 'clientId' | 'transport'> & {
  readonly startedAt: Date
  readonly expiresAt: Date
  readonly accessTokenExpiresAt: Date
}

export interface TestBff extends StartedBff {
  /** Signs somebody in, without a browser. Default password: that of the default world. */
  createSession(who: {
    readonly user: string
    readonly password?: string
    readonly transport?: Transport
  }): Promise<TestSession>
  /**
   * Makes a session older: its tokens, and the time since the login, as if somebody had been using it all the while;
   * or, `unused`, as if nobody had.
   *
   * @throws if it is over, or was not made by `createSession()`
   */
  age(session: TestSession, by: Duration, how?: 'used' | 'unused'): Promise<void>
  /** All that are open: made by `createSession`, or by a login in a browser since this BFF began. */
  sessions(): Promise<readonly SessionView[]>
}

/**
 * Starts a BFF on a free port, for a client of the pool, whose URLs are registered.
 *
 * @example
 * await using bff = await startBff({ pool: mock.pool, proxies: { '/api': apiUrl } })
 * const session = await bff.createSession({ user: 'alice' })
 * await bff.age(session, '59m') // of the 60 of an access token: it is refreshed in its last minute
 * await fetch(`${bff.url}/api/orders`, { headers: session.csrfHeaders })
 */
export async function startBff({ pool, client: name, ...options }: TestBffOptions): Promise<TestBff> {
  const client = pool.client(name)
  let assembled: Bff | undefined
  const settings: BffOptions = {
    issuer: pool.issuer,
    clientId: client.id,
    clientSecret: client.secret,
    scopes: client.scopes,
    ...options,
  }
  const environment = environmentOf(settings)
  const { store, ids } = remembering(await storeOf(readConfig(environment)))
  const bff = await start(environment, {
    port: 0,
    store,
    extra: async (_app, parts) => {
      assembled = parts
    },
  })
  await client.register({ callbackUrls: [`${bff.url}/auth/callback`], logoutUrls: [`${bff.url}/`] })
  const { config, cookies, logins, sessions, urls } = assembled as unknown as Bff
  const created = new Map<TestSession, Session['id']>()

  function asCookie(value: string, user: User): TestSession {
    const { hostname: domain, origin } = new URL(bff.url)
    const { sessionName: name } = cookies
    const { cookieSameSite: sameSite, insecureCookies } = config
    const kept = { name, value, domain, path: '/', expires: -1, httpOnly: true } as const
    const cookie = `${name}=${value}`
    return {
      user,
      cookie,
      bearer: '',
      csrfHeaders: { cookie, origin, 'x-csrf': '1' },
      storageState: { cookies: [{ ...kept, secure: !insecureCookies, sameSite }], origins: [] },
    }
  }

  return {
    ...bff,

    async createSession({ user: username, password = 'Passw0rd!', transport = 'cookie' }) {
      const binding = newSecret()
      const wish = { callback: urls().callback }
      const callback = await signIn(await logins.begin(wish, () => binding), { username, password })
      const query = Object.fromEntries(callback.searchParams)
      // Begun a moment ago with this very binding, so it is there.
      const { login } = (await logins.complete(query, binding)) as CompletedLogin
      const secret = newSecret()
      await sessions.open(fingerprint(secret), login, { transport, device: 'a test' })
      const session = transport === 'bearer' ? asBearer(secret, login.user) : asCookie(secret, login.user)
      created.set(session, fingerprint(secret))
      return session
    },

    async age(session, by, how = 'used') {
      const milliseconds = millisecondsOf(by)
      const id = created.get(session)
      if (id === undefined) throw new Error('this session was not made by createSession() of this BFF')
      const aged = await sessions.change(id, (now) => {
        const absoluteExpiresAt = now.absoluteExpiresAt - milliseconds
        const idle = how === 'unused' ? milliseconds : 0
        return {
          tokens: {
            ...now.tokens,
            accessExpiresAt: now.tokens.accessExpiresAt - milliseconds,
            refreshAt: now.tokens.refreshAt - milliseconds,
          },
          authTime: now.authTime - Math.floor(milliseconds / 1000),
          startedAt: now.startedAt - milliseconds,
          askedAt: now.askedAt - milliseconds,
          seenAt: now.seenAt - idle,
          expiresAt: Math.min(now.expiresAt - idle, absoluteExpiresAt),
          absoluteExpiresAt,
        }
      })
      if (!aged) throw new Error(`the session of ${session.user.username} is over, and grows no older`)
    },

    async sessions() {
      const found = await Promise.all([...ids].map((id) => sessions.find(id)))
      return found.flatMap((session) => (session ? [viewOf(session)] : []))
    },
  }
}

/** A store, and the ids of all sessions that come into it. */
function remembering(store: Store) {
  const ids = new Set<Session['id']>()
  const addSession: Store['addSession'] = (record) => {
    ids.add(record.id)
    return store.addSession(record)
  }
  return { ids, store: { ...store, addSession } }
}

function asBearer(secret: string, user: User): TestSession {
  const bearer = `Bearer ${secret}`
  return {
    user,
    cookie: '',
    bearer,
    csrfHeaders: { authorization: bearer },
    storageState: { cookies: [], origins: [] },
  }
}

const viewOf = ({ user, clientId, transport, startedAt, expiresAt, tokens }: Session): SessionView => ({
  user,
  clientId,
  transport,
  startedAt: new Date(startedAt),
  expiresAt: new Date(expiresAt),
  accessTokenExpiresAt: new Date(tokens.accessExpiresAt),
})
