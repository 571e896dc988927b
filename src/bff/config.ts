// Everything the BFF can be told, and the only door for it: the environment. A bad environment is
// answered once, with every problem in it, before anything listens.

/** The shape of `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface BffConfig {
  /** The `iss` of the ID tokens; its discovery document tells where everything else is. */
  readonly issuer: URL
  readonly clientId: string
  /** Absent for a public client. */
  readonly clientSecret: string | undefined
  /** Origin that serves `/logout`; absent: the origin of the discovered authorization endpoint. */
  readonly hostedDomain: URL | undefined
  /** Where browsers find this BFF; absent: `http://localhost:` and the port that it listens on. */
  readonly publicUrl: URL | undefined
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly scopes: readonly string[]
  readonly loginRedirectStatus: 302 | 303 | 307
  readonly cookieSameSite: 'Strict' | 'Lax'
  /** Cookies without `Secure` and without the `__Host-` prefix: for plain http only. */
  readonly insecureCookies: boolean
  readonly sessionIdleSeconds: number
  readonly sessionAbsoluteSeconds: number
}

/** The environment cannot be used; `problems` has one sentence for each thing to fix. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The BFF cannot start with this environment:\n${problems.map((each) => `  - ${each}`).join('\n')}`)
    this.problems = problems
  }
}

/**
 * Reads the configuration of the BFF. An empty variable counts as absent.
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

  function read<T>(name: string, otherwise: T, parse: (text: string) => T): T {
    const text = env[name]?.trim()
    if (!text) return otherwise
    const answer = attempt(() => parse(text))
    if ('value' in answer) return answer.value
    problems.push(`${name} ${answer.problem}.`)
    return otherwise
  }

  function required<T>(name: string, purpose: string, parse: (text: string) => T): T | undefined {
    if (!env[name]?.trim()) problems.push(`${name} is missing: set it to ${purpose}.`)
    return read<T | undefined>(name, undefined, parse)
  }

  const insecureCookies = read('BFF_INSECURE_COOKIES', '0', oneOf('0', '1')) === '1'
  const config = {
    issuer: required('COGNITO_ISSUER', 'the issuer of the user pool, a URL', trustworthyUrl),
    clientId: required('COGNITO_CLIENT_ID', 'the id of the app client', asIs),
    clientSecret: read('COGNITO_CLIENT_SECRET', undefined, asIs),
    hostedDomain: read('COGNITO_DOMAIN', undefined, trustworthyUrl),
    publicUrl: read('BFF_PUBLIC_URL', undefined, insecureCookies ? origin : secureOrigin),
    host: read('BFF_HOST', 'localhost', asIs),
    port: read('BFF_PORT', 9401, wholeNumber(0, 65_535)),
    scopes: read('BFF_SCOPES', ['openid', 'email', 'profile'], scopesWithOpenid),
    loginRedirectStatus: read('BFF_LOGIN_REDIRECT_STATUS', 302, oneOf(302, 303, 307)),
    cookieSameSite: read('BFF_COOKIE_SAME_SITE', 'Strict', oneOf('Strict', 'Lax')),
    insecureCookies,
    sessionIdleSeconds: read('BFF_SESSION_IDLE', 900, wholeNumber(1, yearSeconds)),
    sessionAbsoluteSeconds: read('BFF_SESSION_ABSOLUTE', 28_800, wholeNumber(1, yearSeconds)),
  }

  if (config.sessionIdleSeconds > config.sessionAbsoluteSeconds) {
    problems.push('BFF_SESSION_IDLE is longer than BFF_SESSION_ABSOLUTE, so it could never be reached.')
  }
  if (!isComplete(config) || problems.length > 0) throw new ConfigError(problems)
  return config
}

type Required = 'issuer' | 'clientId'
type Incomplete = Omit<BffConfig, Required> & { [Name in Required]: BffConfig[Name] | undefined }

const isComplete = (config: Incomplete): config is BffConfig =>
  config.issuer !== undefined && config.clientId !== undefined

const yearSeconds = 31_536_000

function attempt<T>(parse: () => T): { value: T } | { problem: string } {
  try {
    return { value: parse() }
  } catch (error) {
    return { problem: (error as Error).message }
  }
}

const asIs = (text: string) => text

function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (number >= least && number <= most) return number
    throw new Error(`must be a whole number from ${least} to ${most}, not "${text}"`)
  }
}

function oneOf<const T extends string | number>(...choices: T[]) {
  return (text: string): T => {
    const choice = choices.find((each) => String(each) === text)
    if (choice !== undefined) return choice
    throw new Error(`must be ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}, not "${text}"`)
  }
}

function scopesWithOpenid(text: string): readonly string[] {
  const scopes = text.split(/\s+/)
  if (scopes.includes('openid')) return scopes
  throw new Error('must contain "openid": without it there is no ID token to log in with')
}

function url(text: string): URL {
  const parsed = URL.canParse(text) ? new URL(text) : undefined
  if (parsed && /^https?:$/.test(parsed.protocol) && !parsed.search && !parsed.hash) return parsed
  throw new Error(`must be a full URL such as https://login.example.com, not "${text}"`)
}

/** Tokens and secrets travel there, so plain http is for this machine only. */
function trustworthyUrl(text: string): URL {
  const parsed = url(text)
  if (parsed.protocol === 'https:' || isThisMachine(parsed)) return parsed
  throw new Error('must be https: plain http is accepted on localhost and 127.0.0.1 only')
}

function origin(text: string): URL {
  const parsed = url(text)
  if (parsed.pathname === '/') return parsed
  throw new Error(`must be an origin without a path, such as ${parsed.origin}`)
}

function secureOrigin(text: string): URL {
  const parsed = origin(text)
  if (parsed.protocol === 'https:' || isThisMachine(parsed)) return parsed
  throw new Error(
    'is plain http on another machine, where browsers refuse the session cookie: ' +
      'use https, or give up the protection of the cookie with BFF_INSECURE_COOKIES=1',
  )
}

const isThisMachine = ({ hostname }: URL): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  /^127(\.\d+){3}$/.test(hostname)
