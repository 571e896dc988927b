// What is going on in a pool, for a test to look at and to end. Codes and tokens are not shown: an id stands for each,
// by which it can be ended and told apart.
import { hash } from 'node:crypto'
import type { KeptCode } from '../idp/domain/codes.ts'
import type { Kept } from '../idp/domain/kept.ts'
import type { RefreshFamily as DomainFamily } from '../idp/domain/refresh-tokens.ts'
import type { BrowserSession } from '../idp/domain/sessions.ts'
import type { UserPool } from '../idp/domain/user-pool.ts'
import { NothingThere } from './nothing-there.ts'

export interface CodeView {
  readonly id: string
  readonly client: string
  readonly user: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly expiresAt: Date
  readonly usedAt?: Date
}

/** The refresh tokens of one login. */
export interface RefreshFamilyView {
  /** `origin_jti` of every token of the login. */
  readonly id: string
  readonly client?: string
  readonly user?: string
  /** More than one where the client rotates. */
  readonly tokens: readonly { readonly expiresAt: Date; readonly retiredAt?: Date }[]
  readonly isRevoked: boolean
}

/** A browser that is signed in at the hosted pages. */
export interface SsoSessionView {
  readonly id: string
  readonly user: string
  readonly authTime: Date
  readonly expiresAt: Date
}

export interface Introspection<View> {
  /**
   * Oldest first; what is over stays for a while.
   *
   * @example
   * const [session] = await pool.ssoSessions.list()
   */
  list(): Promise<readonly View[]>
  /**
   * Ends one, by its id.
   *
   * @throws if there is none
   * @example
   * await pool.tokens.set({ user: 'alice' })
   * for (const { id } of await pool.refreshFamilies.list()) await pool.refreshFamilies.delete(id)
   */
  delete(id: string): Promise<void>
}

export const codesOf = (pool: UserPool): Introspection<CodeView> =>
  introspection(
    pool,
    pool.codes,
    ({ code }) => code.code,
    (id, { code, used }: KeptCode, nameOf) => ({
      id,
      client: code.clientId,
      user: nameOf(code.sub),
      redirectUri: code.redirectUri,
      scopes: code.scopes,
      expiresAt: code.expiresAt,
      ...(used && { usedAt: used.usedAt }),
    }),
  )

export const ssoSessionsOf = (pool: UserPool): Introspection<SsoSessionView> =>
  introspection(
    pool,
    pool.sessions,
    ({ id }) => id,
    (id, session: BrowserSession, nameOf) => ({
      id,
      user: nameOf(session.sub),
      authTime: session.authTime,
      expiresAt: session.expiresAt,
    }),
  )

export const refreshFamiliesOf = (pool: UserPool): Introspection<RefreshFamilyView> =>
  introspection(pool, pool.refreshTokens, undefined, (_, family: DomainFamily, nameOf) => {
    const [token] = family.tokens
    return {
      id: family.family,
      ...(token && { client: token.clientId, user: nameOf(token.sub) }),
      tokens: family.tokens.map(({ expiresAt, retiredAt }) => ({
        expiresAt,
        ...(retiredAt && { retiredAt }),
      })),
      isRevoked: family.revokedUntil !== undefined,
    }
  })

/** Enough of a hash to tell one from another, and nothing that could be presented. */
const masked = (secret: string): string => hash('sha256', secret, 'hex').slice(0, 16)

function introspection<Entry, View extends { readonly id: string }>(
  { id: poolId, users }: UserPool,
  store: Kept<Entry>,
  secretOf: ((entry: Entry) => string) | undefined,
  view: (id: string, entry: Entry, nameOf: (sub: string) => string) => View,
): Introspection<View> {
  const idOf = (entry: Entry) => (secretOf === undefined ? '' : masked(secretOf(entry)))
  return {
    async list() {
      const names = new Map((await users.list()).map(({ sub, username }) => [sub, username]))
      const nameOf = (sub: string) => names.get(sub) ?? sub
      return (await store.records()).map((entry) => view(idOf(entry), entry, nameOf))
    },
    async delete(id) {
      const ended = await store.revise((entry) =>
        view(idOf(entry), entry, (sub) => sub).id === id ? undefined : entry,
      )
      if (ended === 0) throw new NothingThere(`pool ${poolId} has nothing with the id ${id}`)
    },
  }
}
