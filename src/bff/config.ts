// Everything the BFF can be told, and the only door for it: the environment, or the options of the plugin, which
// pass the same checks. What cannot be used is answered once, with every problem in it, before anything listens.
import { readFileSync } from 'node:fs'
import { list, oneOf, pairs, sessionKey, wholeNumber } from './config/parsers.ts'
import { appRedirect, origin, secureOrigin, trustworthyUrl } from './config/url-parsers.ts'

/** The shape of `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface BffConfig {
  /** The `iss` of the ID tokens; its discovery document tells where everything else is. */
  readonly issuer: URL
  /** Absent only if there is a file of credentials. */
  readonly clientId: string | undefined
  /** Absent for a public client. */
  readonly clientSecret: string | undefined
  /** Instead of both: a file of lines `client-id client-secret`, the current first; read again when it changes. */
  readonly credentialsFile: string | undefined
  readonly tokenEndpointAuth: 'basic' | 'post'
  /** Origin that serves `/logout`; absent: the origin of the discovered authorization endpoint. */
  readonly hostedDomain: URL | undefined
  /** Where the BFF reaches the provider, if not by the names that browsers use. */
  readonly backChannelOrigin: URL | undefined
  readonly userInfo: 'always' | 'if-missing' | 'never'
  /** How often userInfo is asked again between two refreshes, before the API is called; 0: never. */
  readonly userInfoEverySeconds: number
  /** Where a log-out leads: to Cognito's `/logout`, or nowhere. */
  readonly providerLogout: 'cognito' | 'none'
  /** Logging out everywhere also signs out of every app of the pool (asks for the scope that this takes). */
  readonly globalSignOut: boolean
  /** How far the two clocks may be apart when a token says from when and until when it is good. */
  readonly clockToleranceSeconds: number
  readonly scopes: readonly string[]
  /** Where browsers find this BFF; absent: `http://localhost:` and the port that it listens on. */
  readonly publicUrl: URL | undefined
  /** Where logins lead that ask for no other place, and log-outs; absent: `/` of the public URL. */
  readonly homeUrl: URL | undefined
  /** Origins of other pages that may call this BFF from a browser. */
  readonly allowedOrigins: readonly string[]
  readonly loginRedirectStatus: 302 | 303 | 307
  readonly cookieSameSite: 'Strict' | 'Lax'
  /** Cookies without `Secure` and without the `__Host-` prefix: for plain http only. */
  readonly insecureCookies: boolean
  readonly sessionIdleSeconds: number
  readonly sessionAbsoluteSeconds: number
  /** `RefreshTokenValidity` of the app client: no session outlives it. */
  readonly refreshTokenSeconds: number
  readonly sessionsPerUser: number
  /** A folder that keeps sessions; absent: memory. */
  readonly storeFolder: string | undefined
  /** 32 bytes each: the first seals, all of them open. None: a new one for each start. */
  readonly sessionKeys: readonly Buffer[]
  /** Path prefixes and the APIs behind them, which get the access token. */
  readonly proxies: ReadonlyMap<string, URL>
  /** How the session gets to the app: in a cookie; by a one-time code too; or, `series` only, in the query. */
  readonly handoff: 'cookie' | 'code' | 'query'
  /** Where hand-off codes may go, exactly. */
  readonly appRedirects: readonly string[]
  /** `series` adds the routes of the article's sample, unsafe as they are. */
  readonly profile: 'secure' | 'series'
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

/** The settings as the plugin takes them: those of {@link BffConfig}, with text in the place of URLs if you like. */
export type BffOptions = Partial<
  Omit<Loosely<BffConfig>, 'proxies' | 'sessionKeys' | 'host' | 'port'> & {
    readonly proxies: Readonly<Record<string, string | URL>>
    /** 32 bytes each, in base64. */
    readonly sessionKeys: readonly string[]
  }
>
type Loosely<T> = { readonly [Name in keyof T]: T[Name] extends URL | undefined ? T[Name] | string : T[Name] }

/** The variable of each option. */
export const variables = {
  issuer: 'COGNITO_ISSUER',
  clientId: 'COGNITO_CLIENT_ID',
  clientSecret: 'COGNITO_CLIENT_SECRET',
  credentialsFile: 'COGNITO_CREDENTIALS_FILE',
  tokenEndpointAuth: 'COGNITO_TOKEN_AUTH',
  hostedDomain: 'COGNITO_DOMAIN',
  backChannelOrigin: 'COGNITO_BACKCHANNEL_ORIGIN',
  userInfo: 'BFF_USERINFO',
  userInfoEverySeconds: 'BFF_USERINFO_EVERY',
  providerLogout: 'BFF_PROVIDER_LOGOUT',
  globalSignOut: 'BFF_GLOBAL_SIGN_OUT',
  clockToleranceSeconds: 'BFF_CLOCK_TOLERANCE',
  scopes: 'BFF_SCOPES',
  publicUrl: 'BFF_PUBLIC_URL',
  homeUrl: 'BFF_HOME_URL',
  allowedOrigins: 'BFF_ALLOWED_ORIGINS',
  loginRedirectStatus: 'BFF_LOGIN_REDIRECT_STATUS',
  cookieSameSite: 'BFF_COOKIE_SAME_SITE',
  insecureCookies: 'BFF_INSECURE_COOKIES',
  sessionIdleSeconds: 'BFF_SESSION_IDLE',
  sessionAbsoluteSeconds: 'BFF_SESSION_ABSOLUTE',
  refreshTokenSeconds: 'BFF_REFRESH_VALIDITY',
  sessionsPerUser: 'BFF_SESSIONS_PER_USER',
  storeFolder: 'BFF_STORE',
  sessionKeys: 'BFF_SESSION_KEYS',
  proxies: 'BFF_PROXIES',
  handoff: 'BFF_HANDOFF',
  appRedirects: 'BFF_APP_REDIRECTS',
  profile: 'BFF_PROFILE',
  host: 'BFF_HOST',
  port: 'BFF_PORT',
} as const satisfies Record<keyof BffConfig, string>

/** What the article's sample calls them. */
export const seriesNames: Readonly<Record<string, string>> = {
  COGNITO_CLIENT_ID: 'COGNITO_APP_ID',
  COGNITO_CLIENT_SECRET: 'COGNITO_APP_SECRET',
  BFF_PUBLIC_URL: 'API_GATEWAY_URL',
  BFF_HOME_URL: 'LOGIN_REDIRECT_URL',
  BFF_ALLOWED_ORIGINS: 'CORS_ALLOW_ORIGIN',
}

/** The settings cannot be used; `problems` has one sentence for each thing to fix. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The BFF cannot start with these settings:\n${problems.map((each) => `  - ${each}`).join('\n')}`)
    this.problems = problems
  }
}

/**
 * The environment that says the same as these options.
 *
 * @example
 * environmentOf({ scopes: ['openid', 'email'], insecureCookies: true })
 * // { BFF_SCOPES: 'openid email', BFF_INSECURE_COOKIES: '1' }
 */
export const environmentOf = (options: BffOptions): Environment =>
  Object.fromEntries(
    Object.entries(options).flatMap(([option, value]) => {
      const variable = variables[option as keyof BffConfig]
      return variable === undefined || value === undefined ? [] : [[variable, asText(value)]]
    }),
  )

function asText(value: NonNullable<BffOptions[keyof BffOptions]>): string {
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (Array.isArray(value)) return value.join(' ')
  if (typeof value !== 'object' || value instanceof URL) return String(value)
  return Object.entries(value)
    .map(([prefix, target]) => `${prefix}=${target}`)
    .join(' ')
}

/**
 * Reads the configuration of the BFF. An empty variable counts as absent; `<NAME>_FILE` names a file to read it from;
 * the names of the article's sample are understood.
 *
 * @throws {ConfigError} naming every variable that is missing or cannot be used.
 * @example
 * const config = readConfig({
 *   COGNITO_ISSUER: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example',
 *   COGNITO_CLIENT_ID: '1example23456789',
 * })
 * config.loginRedirectStatus // 302
 */
export function readConfig(env: Environment): BffConfig {
  const problems: string[] = []

  function textOf(name: string): string | undefined {
    const file = env[`${name}_FILE`]?.trim()
    return (env[name] ?? env[seriesNames[name] ?? ''] ?? (file && readFileSync(file, 'utf8')))?.trim()
  }

  function read<T>(option: keyof BffConfig, otherwise: T, parse: (text: string) => T): T {
    const name = variables[option]
    try {
      const text = textOf(name)
      return text ? parse(text) : otherwise
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}.`)
      return otherwise
    }
  }

  const insecureCookies = read('insecureCookies', '0', oneOf('0', '1')) === '1'
  const profile = read('profile', 'secure', oneOf('secure', 'series'))
  const globalSignOut = read('globalSignOut', '0', oneOf('0', '1')) === '1'
  const scopes = read('scopes', ['openid', 'email', 'profile'], scopesWithOpenid)
  const config = {
    issuer: read('issuer', issuerInAws(env), trustworthyUrl),
    clientId: read('clientId', undefined, asIs),
    clientSecret: read('clientSecret', undefined, asIs),
    credentialsFile: read('credentialsFile', undefined, asIs),
    tokenEndpointAuth: read('tokenEndpointAuth', 'basic', oneOf('basic', 'post')),
    hostedDomain: read('hostedDomain', domainInAws(env), trustworthyUrl),
    backChannelOrigin: read('backChannelOrigin', undefined, origin),
    userInfo: read('userInfo', 'always', oneOf('always', 'if-missing', 'never')),
    userInfoEverySeconds: read('userInfoEverySeconds', 0, wholeNumber(0, yearSeconds)),
    providerLogout: read('providerLogout', 'cognito', oneOf('cognito', 'none')),
    globalSignOut,
    clockToleranceSeconds: read('clockToleranceSeconds', 60, wholeNumber(0, 600)),
    scopes: globalSignOut ? [...new Set([...scopes, adminScope])] : scopes,
    publicUrl: read('publicUrl', undefined, insecureCookies ? origin : secureOrigin),
    homeUrl: read('homeUrl', undefined, trustworthyUrl),
    allowedOrigins: read('allowedOrigins', [], list(origin)).map((url) => url.origin),
    loginRedirectStatus: read('loginRedirectStatus', 302, oneOf(302, 303, 307)),
    cookieSameSite: read('cookieSameSite', 'Strict', oneOf('Strict', 'Lax')),
    insecureCookies,
    sessionIdleSeconds: read('sessionIdleSeconds', 900, wholeNumber(1, yearSeconds)),
    sessionAbsoluteSeconds: read('sessionAbsoluteSeconds', 28_800, wholeNumber(1, yearSeconds)),
    refreshTokenSeconds: read('refreshTokenSeconds', 2_592_000, wholeNumber(1, 10 * yearSeconds)),
    sessionsPerUser: read('sessionsPerUser', 10, wholeNumber(1, 1000)),
    storeFolder: read('storeFolder', undefined, asIs),
    sessionKeys: read('sessionKeys', [], list(sessionKey)),
    proxies: read<BffConfig['proxies']>('proxies', new Map(), pairs(trustworthyUrl)),
    handoff: read<BffConfig['handoff']>(
      'handoff',
      profile === 'series' ? 'query' : 'cookie',
      oneOf('cookie', 'code', 'query'),
    ),
    appRedirects: read<readonly string[]>('appRedirects', [], list(appRedirect)),
    profile,
    host: read('host', 'localhost', asIs),
    port: read('port', 9401, wholeNumber(0, 65_535)),
  }

  problems.unshift(...whatIsMissing(config, problems))
  problems.push(...contradictions(config))
  if (problems.length > 0) throw new ConfigError(problems)
  return config as BffConfig
}

type Incomplete = Omit<BffConfig, 'issuer'> & { readonly issuer: URL | undefined }

const whatIsMissing = (
  { issuer, clientId, credentialsFile }: Incomplete,
  problems: readonly string[],
): string[] => [
  ...(issuer || problems.some((each) => each.startsWith(variables.issuer))
    ? []
    : ['COGNITO_ISSUER is missing: set it to the issuer of the user pool, a URL.']),
  ...(clientId || credentialsFile
    ? []
    : ['COGNITO_CLIENT_ID is missing: set it to the id of the app client.']),
]

const contradictions = (config: Incomplete): string[] => [
  ...(config.sessionIdleSeconds > config.sessionAbsoluteSeconds
    ? ['BFF_SESSION_IDLE is longer than BFF_SESSION_ABSOLUTE, so it could never be reached.']
    : []),
  ...(config.storeFolder !== undefined && config.sessionKeys.length === 0
    ? ['BFF_STORE needs BFF_SESSION_KEYS, or no restart could read it: openssl rand -base64 32 makes one.']
    : []),
  ...(config.handoff === 'query' && config.profile !== 'series'
    ? ['BFF_HANDOFF is query, which puts the session into URLs: only BFF_PROFILE=series does that.']
    : []),
  ...(config.handoff === 'code' && config.appRedirects.length === 0
    ? ['BFF_HANDOFF is code, and BFF_APP_REDIRECTS names no place where a code may go.']
    : []),
]

const adminScope = 'aws.cognito.signin.user.admin'
const yearSeconds = 31_536_000

const asIs = (text: string) => text

function scopesWithOpenid(text: string): readonly string[] {
  const scopes = text.split(/\s+/)
  if (scopes.includes('openid')) return scopes
  throw new Error('must contain "openid": without it there is no ID token to log in with')
}

/** A pool in AWS is known by its id, which begins with its region. */
const issuerInAws = ({ COGNITO_USER_POOL_ID: id }: Environment): URL | undefined =>
  id ? new URL(`https://cognito-idp.${id.split('_', 1)[0]}.amazonaws.com/${id}`) : undefined

const domainInAws = ({ COGNITO_DOMAIN_PREFIX: prefix, AWS_REGION: region = 'us-east-1' }: Environment) =>
  prefix ? new URL(`https://${prefix}.auth.${region}.amazoncognito.com`) : undefined
