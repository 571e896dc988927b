// Tokens without a login, for whoever tests an API: as good as the ones that the token endpoint gives, or wrong in
// exactly one way.
import { createHmac, randomBytes } from 'node:crypto'
import { proofsOfLogin } from '../idp/domain/authentication.ts'
import {
  type Authorization,
  accessTokenClaims,
  groupsOf,
  idTokenClaims,
  machineTokenClaims,
  newLogin,
} from '../idp/domain/claims.ts'
import type { Client } from '../idp/domain/client.ts'
import { type Instant, millisecondsBefore, secondsAfter } from '../idp/domain/clock.ts'
import { createSigner, oddJwt } from '../idp/domain/jwt.ts'
import type { PoolKeys } from '../idp/domain/keys.ts'
import { activeScopes, isCustomScope, splitScope } from '../idp/domain/scopes.ts'
import { claimsOf, withOtherSignature } from '../idp/domain/spoil.ts'
import { mintTokens } from '../idp/domain/tokens.ts'
import type { User } from '../idp/domain/user.ts'
import type { UserPool } from '../idp/domain/user-pool.ts'
import { type Duration, millisecondsOf } from '../idp/duration.ts'
import { clientOf } from './clients.ts'

export type TokenUse = 'id' | 'access'

export interface MintOptions {
  /** Default: the first user of the pool; none at a client for machines. */
  readonly user?: string
  /** By name or id. Default: the first one with the code flow. */
  readonly client?: string
  /** Default: `access`. */
  readonly use?: TokenUse
  /** Default: every scope of the client. */
  readonly scope?: string
  readonly nonce?: string
  /** Instead of the user's own. */
  readonly groups?: readonly string[]
  /** Over the claims that Cognito would have written; `undefined` or `null` takes one away. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** A time, or how far from now by the clock of the pool, as in `-1h`. */
  readonly issuedAt?: Date | Duration
  /** From the issue; a negative one is over already, and the token was issued a lifetime before that. Default: the client's. */
  readonly expiresIn?: Duration
  /** `unknown` is in no JWKS, `previous` is the one before the last rotation. Default: `current`. */
  readonly key?: 'current' | 'previous' | 'unknown'
  /** Default: `RS256`. HS256 is signed with the public key, as an attacker would. */
  readonly alg?: 'RS256' | 'none' | 'HS256'
}

export interface TokenSet {
  /** Absent without the scope `openid`. */
  readonly idToken?: string
  readonly accessToken: string
  readonly refreshToken: string
  /** Seconds. */
  readonly expiresIn: number
}

/** Each is wrong in this way and in no other. */
export type Defect =
  | 'expired'
  | 'notYetValid'
  | 'wrongIssuer'
  | 'wrongAudience'
  | 'wrongClient'
  | 'wrongUse'
  | 'badSignature'
  | 'unknownKid'
  | 'algNone'
  | 'missingSub'

export interface Tokens {
  /**
   * One signed token.
   *
   * @example
   * const token = await pool.tokens.mint({ user: 'alice', claims: { 'custom:tenant': 'acme' } })
   */
  mint(options?: MintOptions): Promise<string>
  /**
   * The tokens of a whole login; the refresh token works at the token endpoint.
   *
   * @example
   * const { accessToken, refreshToken } = await pool.tokens.set({ user: 'alice' })
   */
  set(options?: Pick<MintOptions, 'user' | 'client' | 'scope' | 'nonce'>): Promise<TokenSet>
  /**
   * Tokens that a verifier must refuse.
   *
   * @example
   * const token = await pool.tokens.bad.expired({ user: 'alice' })
   */
  readonly bad: Readonly<Record<Defect, (options?: MintOptions) => Promise<string>>>
}

export function tokensOf(pool: UserPool, issuer: () => string): Tokens {
  const mint = (options: MintOptions = {}) => mintOne(pool, issuer(), options)
  return {
    mint,
    set: (options = {}) => mintSet(pool, issuer(), options),
    bad: Object.fromEntries(
      Object.entries(defects).map(([defect, spoil]) => [
        defect,
        async (options = {}) => spoil(options, mint),
      ]),
    ) as unknown as Tokens['bad'],
  }
}

type Mint = (options: MintOptions) => Promise<string>

const somebodyElse = 'somebodyelse00000000000001'

const withClaims = (options: MintOptions, claims: Record<string, unknown>): MintOptions => ({
  ...options,
  claims: { ...options.claims, ...claims },
})

const defects: Readonly<Record<Defect, (options: MintOptions, mint: Mint) => Promise<string>>> = {
  expired: (options, mint) => mint({ expiresIn: '-1m', ...options }),
  notYetValid: async (options, mint) => {
    const inAnHour: MintOptions = { issuedAt: '1h', ...options }
    const { iat } = claimsOf(await mint(inAnHour))
    return mint(withClaims(inAnHour, { nbf: iat }))
  },
  wrongIssuer: (options, mint) =>
    mint(withClaims(options, { iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_SomebodyElse' })),
  wrongAudience: (options, mint) => mint(withClaims({ use: 'id', ...options }, { aud: somebodyElse })),
  wrongClient: (options, mint) => mint(withClaims(options, { client_id: somebodyElse })),
  wrongUse: ({ use = 'access', ...options }, mint) =>
    mint({ ...options, use: use === 'access' ? 'id' : 'access' }),
  badSignature: async (options, mint) => withOtherSignature(await mint(options)),
  unknownKid: (options, mint) => mint({ ...options, key: 'unknown' }),
  algNone: (options, mint) => mint({ ...options, alg: 'none' }),
  missingSub: (options, mint) => mint(withClaims(options, { sub: undefined })),
}

async function mintOne(pool: UserPool, issuer: string, options: MintOptions): Promise<string> {
  const { use = 'access' } = options
  const { issuedAt, lifetimeSeconds, client } = times(pool, options)
  const timed = { ...client, accessTokenSeconds: lifetimeSeconds, idTokenSeconds: lifetimeSeconds }
  const keys = await pool.keys
  const claims = isForMachine(client, options)
    ? machineTokenClaims(
        { client: timed, scopes: scopesFor(pool, client, options), issuer },
        issuedAt,
        pool.ids.uuid(),
      )
    : await userClaims(pool, timed, issuer, issuedAt, options, keys)
  return signed(overlaid(claims, options.claims), keys, use, options)
}

function times(
  pool: UserPool,
  options: MintOptions,
): { issuedAt: Instant; lifetimeSeconds: number; client: Client } {
  const client = chosenClient(pool, options.client)
  const usualSeconds = options.use === 'id' ? client.idTokenSeconds : client.accessTokenSeconds
  const now = pool.clock.now()
  const asked = options.expiresIn === undefined ? usualSeconds : millisecondsOf(options.expiresIn) / 1000
  if (asked < 0 && options.issuedAt === undefined)
    return { issuedAt: secondsAfter(now, asked - usualSeconds), lifetimeSeconds: usualSeconds, client }
  return { issuedAt: issueTime(now, options.issuedAt), lifetimeSeconds: asked, client }
}

function issueTime(now: Instant, issuedAt: MintOptions['issuedAt']): Instant {
  if (issuedAt === undefined) return now
  return typeof issuedAt === 'object' ? issuedAt : millisecondsBefore(now, -millisecondsOf(issuedAt))
}

function chosenClient({ id, clients }: UserPool, nameOrId: string | undefined): Client {
  const all = [...clients.values()]
  const withCode = all.filter(({ oauthFlows }) => oauthFlows.includes('code'))
  return clientOf(id, nameOrId === undefined && withCode.length > 0 ? withCode : all, nameOrId)
}

const isForMachine = ({ oauthFlows }: Client, { user }: MintOptions): boolean =>
  user === undefined && oauthFlows.includes('client_credentials')

function scopesFor(pool: UserPool, client: Client, options: MintOptions): string[] {
  if (options.scope !== undefined) return splitScope(options.scope)
  const { scopes } = client
  return activeScopes(
    isForMachine(client, options) ? scopes.filter(isCustomScope) : scopes,
    pool.resourceServers,
  )
}

async function userClaims(
  pool: UserPool,
  client: Client,
  issuer: string,
  issuedAt: Instant,
  options: MintOptions,
  { access }: PoolKeys,
) {
  const login = await loginFor(pool, client, issuer, issuedAt, options)
  const accessClaims = accessTokenClaims(login, issuedAt, pool.ids.uuid())
  if (options.use !== 'id') return accessClaims
  return idTokenClaims(login, await access.sign(accessClaims), issuedAt, pool.ids.uuid())
}

async function loginFor(
  pool: UserPool,
  client: Client,
  issuer: string,
  authTime: Instant,
  options: MintOptions,
): Promise<Authorization> {
  const user = await chosenUser(pool, options.user)
  const { groups = user.groups } = options
  const known = new Map([...groups.map((name) => [name, { name }] as const), ...pool.groups])
  const login = newLogin(pool, {
    client,
    user,
    scopes: scopesFor(pool, client, options),
    nonce: options.nonce,
    resource: undefined,
    issuer,
    authTime,
    proofs: proofsOfLogin(pool, user),
  })
  return { ...login, groups: groupsOf({ ...user, groups }, known) }
}

async function chosenUser({ id, users }: UserPool, username: string | undefined): Promise<User> {
  const user = username === undefined ? (await users.list())[0] : await users.find(username)
  if (user !== undefined) return user
  throw new Error(username === undefined ? `pool ${id} has no users` : `pool ${id} has no user ${username}`)
}

function overlaid(
  claims: Record<string, unknown>,
  over: MintOptions['claims'] = {},
): Record<string, unknown> {
  const all = Object.entries({ ...claims, ...over })
  return Object.fromEntries(all.filter(([, value]) => value !== undefined && value !== null))
}

async function signed(
  claims: Record<string, unknown>,
  keys: PoolKeys,
  use: TokenUse,
  { alg = 'RS256', key = 'current' }: MintOptions,
): Promise<string> {
  const pair = key === 'previous' ? keys.previous : keys
  if (pair === undefined) throw new Error('there is no previous key: the keys of the pool were not rotated')
  const { publicKey, ...current } = pair[use]
  const kid = key === 'unknown' ? randomBytes(32).toString('base64') : current.kid
  // The key to which refresh tokens are encrypted is a good stranger: it is in no JWKS.
  if (alg === 'RS256')
    return (key === 'unknown' ? createSigner(kid, keys.refresh.privateKey) : current.sign)(claims)
  const pem = publicKey.export({ format: 'pem', type: 'spki' })
  return oddJwt({ kid, alg }, claims, (input) =>
    alg === 'none' ? '' : createHmac('sha256', pem).update(input).digest('base64url'),
  )
}

async function mintSet(pool: UserPool, issuer: string, options: MintOptions): Promise<TokenSet> {
  const client = chosenClient(pool, options.client)
  const now = pool.clock.now()
  const login = await loginFor(pool, client, issuer, now, options)
  const minted = await mintTokens(pool, login, secondsAfter(now, client.refreshTokenSeconds))
  return {
    ...(minted.id_token !== undefined && { idToken: minted.id_token }),
    accessToken: minted.access_token,
    refreshToken: minted.refresh_token as string,
    expiresIn: minted.expires_in,
  }
}
