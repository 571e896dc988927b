// Everything the BFF can be told, and the only door for it: the environment, or the options of the plugin, which
// pass the same checks. What cannot be used is answered once, with every problem in it, before anything listens.
import { readFileSync } from 'node:fs'
import { asIs, flag, list, oneOf, pairs, scopes, sessionKey, wholeNumber } from './config/parsers.ts'
import { appRedirect, callingOrigin, isOpenToAll, origin, trustworthyUrl } from './config/url-parsers.ts'

/** The shape of `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

interface Setting<T> {
  readonly variable: string
  readonly parse: (text: string) => T
  readonly otherwise: T
}

const setting = <T>(variable: string, parse: (text: string) => T, otherwise: T): Setting<T> => ({
  variable,
  parse,
  otherwise,
})

const optional = <T>(variable: string, parse: (text: string) => T): Setting<T | undefined> => ({
  variable,
  parse,
  otherwise: undefined,
})

const yearSeconds = 31_536_000

/** One line for each thing that can be said: its variable, how it is read, and what holds if nothing is said. */
const settings = {
  /** The `iss` of the ID tokens; its discovery document tells where everything else is. */
  issuer: optional('COGNITO_ISSUER', trustworthyUrl),
  /** Absent only if there is a file of credentials. */
  clientId: optional('COGNITO_CLIENT_ID', asIs),
  /** Absent for a public client. */
  clientSecret: optional('COGNITO_CLIENT_SECRET', asIs),
  /** Instead of both: a file of lines `client-id client-secret`, the current first; read again when it changes. */
  credentialsFile: optional('COGNITO_CREDENTIALS_FILE', asIs),
  tokenEndpointAuth: setting('COGNITO_TOKEN_AUTH', oneOf('basic', 'post'), 'basic'),
  scopes: setting('BFF_SCOPES', scopes, ['openid', 'email', 'profile']),
  /** Origin that serves `/logout`; absent: the origin of the discovered authorization endpoint. */
  hostedDomain: optional('COGNITO_DOMAIN', trustworthyUrl),
  /** Where the BFF reaches the provider, if not by the names that browsers use. */
  backChannelOrigin: optional('COGNITO_BACKCHANNEL_ORIGIN', origin),
  userInfo: setting('BFF_USERINFO', oneOf('always', 'if-missing', 'never'), 'always'),
  /** How often userInfo is asked again between two refreshes, before the API is called; 0: never. */
  userInfoEverySeconds: setting('BFF_USERINFO_EVERY', wholeNumber(0, yearSeconds), 0),
  /** Where a log-out leads: to Cognito's `/logout`, or nowhere. */
  providerLogout: setting('BFF_PROVIDER_LOGOUT', oneOf('cognito', 'none'), 'cognito'),
  /** Logging out everywhere also signs out of every app of the pool (asks for the scope that this takes). */
  globalSignOut: setting('BFF_GLOBAL_SIGN_OUT', flag, false),
  /** How far the two clocks may be apart when a token says from when and until when it is good. */
  clockToleranceSeconds: setting('BFF_CLOCK_TOLERANCE', wholeNumber(0, 600), 60),
  /** Where browsers find this BFF; absent: `http://localhost:` and the port that it listens on. */
  publicUrl: optional('BFF_PUBLIC_URL', origin),
  /** Where logins lead that ask for no other place, and log-outs; absent: `/` of the public URL. */
  homeUrl: optional('BFF_HOME_URL', trustworthyUrl),
  /** Origins of other pages that may call this BFF from a browser. */
  allowedOrigins: setting('BFF_ALLOWED_ORIGINS', list(callingOrigin), []),
  loginRedirectStatus: setting('BFF_LOGIN_REDIRECT_STATUS', oneOf(302, 303, 307), 302),
  cookieSameSite: setting('BFF_COOKIE_SAME_SITE', oneOf('Strict', 'Lax'), 'Strict'),
  /** Cookies without `Secure` and without the `__Host-` prefix: for plain http only. */
  insecureCookies: setting('BFF_INSECURE_COOKIES', flag, false),
  sessionIdleSeconds: setting('BFF_SESSION_IDLE', wholeNumber(1, yearSeconds), 900),
  sessionAbsoluteSeconds: setting('BFF_SESSION_ABSOLUTE', wholeNumber(1, yearSeconds), 28_800),
  /** `RefreshTokenValidity` of the app client: no session outlives it. */
  refreshTokenSeconds: setting('BFF_REFRESH_VALIDITY', wholeNumber(1, 10 * yearSeconds), 2_592_000),
  sessionsPerUser: setting('BFF_SESSIONS_PER_USER', wholeNumber(1, 1000), 10),
  /** A folder that keeps sessions; absent: memory. */
  storeFolder: optional('BFF_STORE', asIs),
  /** 32 bytes each: the first seals, all of them open. None: a new one for each start. */
  sessionKeys: setting('BFF_SESSION_KEYS', list(sessionKey), []),
  /** Path prefixes and the APIs behind them, which get the access token. */
  proxies: setting('BFF_PROXIES', pairs(trustworthyUrl), new Map<string, URL>()),
  /** How the session gets to the app: in a cookie; by a one-time code too; or, `series` only, in the query. */
  handoff: setting('BFF_HANDOFF', oneOf('cookie', 'code', 'query'), 'cookie'),
  /** Where hand-off codes may go, exactly. */
  appRedirects: setting('BFF_APP_REDIRECTS', list(appRedirect), []),
  /** `series` adds the routes of the article's sample, unsafe as they are. */
  profile: setting('BFF_PROFILE', oneOf('secure', 'series'), 'secure'),
  host: setting('BFF_HOST', asIs, 'localhost'),
  /** 0 takes a free one. */
  port: setting('BFF_PORT', wholeNumber(0, 65_535), 9401),
}

type Option = keyof typeof settings

/** The variable of each option. */
export const variables = Object.fromEntries(
  Object.entries(settings).map(([option, { variable }]) => [option, variable]),
) as Readonly<Record<Option, string>>

type Read = { readonly [Name in Option]: (typeof settings)[Name] extends Setting<infer T> ? T : never }
export type BffConfig = Omit<Read, 'issuer'> & { readonly issuer: URL }

/** The settings as the plugin takes them: those of {@link BffConfig}, with text in the place of URLs if you like. */
export type BffOptions = Partial<
  Omit<Loosely<BffConfig>, 'proxies' | 'sessionKeys' | 'host' | 'port'> & {
    readonly proxies: Readonly<Record<string, string | URL>>
    /** 32 bytes each, in base64. */
    readonly sessionKeys: readonly string[]
  }
>
type Loosely<T> = { readonly [Name in keyof T]: T[Name] extends URL | undefined ? T[Name] | string : T[Name] }

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
 * @param others names that are no settings, and none that is misspelt
 * @throws {ConfigError} naming every option that there is not
 * @example
 * environmentOf({ scopes: ['openid', 'email'], insecureCookies: true })
 * // { BFF_SCOPES: 'openid email', BFF_INSECURE_COOKIES: '1' }
 */
export function environmentOf(options: BffOptions, others: readonly string[] = []): Environment {
  const said = Object.entries(options).filter(([option]) => !others.includes(option))
  const unknown = said.filter(([option]) => !Object.hasOwn(settings, option))
  if (unknown.length > 0)
    throw new ConfigError(
      unknown.map(([option]) => `${option} is not an option of the BFF; docs/bff.md lists them.`),
    )
  return Object.fromEntries(
    said.flatMap(([option, value]) =>
      value === undefined ? [] : [[variables[option as Option], asText(value)]],
    ),
  )
}

function asText(value: NonNullable<BffOptions[keyof BffOptions]>): string {
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (Array.isArray(value)) return value.join(' ')
  if (typeof value !== 'object' || value instanceof URL) return String(value)
  return (value instanceof Map ? [...value] : Object.entries(value))
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
  const implied = impliedBy(env)
  const problems: string[] = []
  const misread: string[] = []

  /** The name by which it is said, and what is said. */
  function said(name: string): readonly [name: string, text: string | undefined] {
    const names = [name, seriesNames[name] ?? '', `${name}_FILE`]
    const spoken = names.find((each) => env[each]?.trim()) ?? name
    return [spoken, env[spoken]?.trim() || implied[name]]
  }

  function read<T>({ variable, parse, otherwise }: Setting<T>): T {
    const [name, text] = said(variable)
    try {
      const value = text && name === `${variable}_FILE` ? contentOf(text) : text
      return value ? parse(value) : otherwise
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}.`)
      misread.push(variable)
      return otherwise
    }
  }

  const all = Object.fromEntries(
    Object.entries(settings).map(([option, each]) => [option, read<unknown>(each as Setting<unknown>)]),
  ) as Read
  const config = all.globalSignOut ? { ...all, scopes: [...new Set([...all.scopes, adminScope])] } : all
  const missing = whatIsMissing(config).filter(([variable]) => !misread.includes(variable))
  problems.unshift(...missing.map(([variable, what]) => `${variable} is missing: set it to ${what}.`))
  // Nor what only follows from one of those.
  problems.push(...contradictions(config).filter((each) => !misread.some((name) => each.includes(name))))
  if (problems.length > 0) throw new ConfigError(problems)
  return config as BffConfig
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new Error(`cannot be read: ${(error as Error).message}`)
  }
}

const adminScope = 'aws.cognito.signin.user.admin'

/** A pool in AWS is known by its id, which begins with its region; and the article's handoff is that of its profile. */
const impliedBy = ({
  COGNITO_USER_POOL_ID: id,
  COGNITO_DOMAIN_PREFIX: prefix,
  AWS_REGION: region = 'us-east-1',
  BFF_PROFILE: profile,
}: Environment): Environment => ({
  ...(id && { COGNITO_ISSUER: `https://cognito-idp.${id.split('_', 1)[0]}.amazonaws.com/${id}` }),
  ...(prefix && { COGNITO_DOMAIN: `https://${prefix}.auth.${region}.amazoncognito.com` }),
  ...(profile === 'series' && { BFF_HANDOFF: 'query' }),
})

const whatIsMissing = ({ issuer, clientId, credentialsFile }: Read): (readonly [string, string])[] => [
  ...(issuer ? [] : [['COGNITO_ISSUER', 'the issuer of the user pool, a URL'] as const]),
  ...(clientId || credentialsFile ? [] : [['COGNITO_CLIENT_ID', 'the id of the app client'] as const]),
]

/** What is wrong only together, and how to say so. */
const contradictions = (config: Read): string[] =>
  (
    [
      [
        config.publicUrl && isOpenToAll(config.publicUrl) && !config.insecureCookies,
        'BFF_PUBLIC_URL is plain http on another machine, where browsers refuse the session cookie: ' +
          'use https, or give up the protection of the cookie with BFF_INSECURE_COOKIES=1.',
      ],
      [
        config.sessionIdleSeconds > config.sessionAbsoluteSeconds,
        'BFF_SESSION_IDLE is longer than BFF_SESSION_ABSOLUTE, so it could never be reached.',
      ],
      [
        config.storeFolder !== undefined && config.sessionKeys.length === 0,
        'BFF_STORE needs BFF_SESSION_KEYS, or no restart could read it: openssl rand -base64 32 makes one.',
      ],
      [
        config.clientId !== undefined && config.credentialsFile !== undefined,
        'COGNITO_CLIENT_ID and COGNITO_CREDENTIALS_FILE both say who the client is: set one of them.',
      ],
      [
        config.proxies.has('/auth') || (config.proxies.has('/apis') && config.profile === 'series'),
        'BFF_PROXIES gives away a path below which there are routes of the BFF.',
      ],
      [
        config.handoff === 'query' && config.profile !== 'series',
        'BFF_HANDOFF is query, which puts the session into URLs: only BFF_PROFILE=series does that.',
      ],
      [
        config.handoff === 'code' && config.appRedirects.length === 0,
        'BFF_HANDOFF is code, and BFF_APP_REDIRECTS names no place where a code may go.',
      ],
    ] as const
  ).flatMap(([isSo, sentence]) => (isSo ? [sentence] : []))
