// Every URL that the server announces, derived from one origin: the public URL if there is one, else the Host
// of the request, if that is a loopback name or, over TLS, one of the certificate. Issuer, discovery and tokens
// cannot disagree, because all of them ask here.
import type { UserPool } from './domain/user-pool.ts'

/**
 * `local`: the issuer is this server. `aws`: the issuer is the real URL of the pool, for verifiers that
 * accept no other.
 */
export type IssuerMode = 'local' | 'aws'

export interface UrlSettings {
  /** Scheme, host and port by which browsers and apps reach the server. Unset: the Host of each request. */
  readonly publicUrl?: string | undefined
  readonly issuer: IssuerMode
  /** Believe `X-Forwarded-Host` and `X-Forwarded-Proto`, which a proxy in front has to set. */
  readonly trustProxy?: boolean | undefined
  /** Whether the certificate of the HTTPS port is good for a host name or an address. */
  readonly isCertified?: ((name: string) => boolean) | undefined
}

/** How a request came in, whatever its headers say. */
export type Transport = 'http' | 'https'

/** What a request says of the name by which the server was called. */
export type AddressHeaders = Readonly<
  Partial<Record<'host' | 'x-forwarded-host' | 'x-forwarded-proto', string | string[] | undefined>>
>

type NamedPool = Pick<UserPool, 'id' | 'region' | 'issuerType'>
type DescribedPool = NamedPool & Pick<UserPool, 'choices' | 'hasDomain'>

export interface Urls {
  /** Scheme, host and port, if they do not depend on the request. */
  readonly publicUrl: string | undefined
  readonly issuerMode: IssuerMode
  /**
   * Calls the server something else from now on; `undefined`: the Host of each request.
   *
   * @throws UrlError if it is no origin
   */
  rename(publicUrl: string | undefined): void
  /**
   * What the server is called in a request with these headers; nothing if it is no name of its own and there is
   * neither a public URL nor a proxy to believe.
   */
  originFor(headers: AddressHeaders, transport: Transport): string | undefined
  issuer(pool: NamedPool, origin: string): string
  /** Whether the server, under any of its names, calls itself this for the pool. */
  announces(pool: NamedPool, issuer: string): boolean
  /**
   * The OpenID Provider metadata of a pool, keys in Cognito's (alphabetical) order. A pool without a domain has neither
   * sign-out nor revocation, and the other endpoints are where nobody can log in: below the issuer.
   */
  discovery(pool: DescribedPool, origin: string): Record<string, unknown>
}

const loopbackHost = /^(?:localhost|(?:[a-z0-9-]+\.)+localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

/** Whether a Host header names this machine's loopback, with any port. */
export const isLoopbackHost = (host: string): boolean => loopbackHost.test(host)

export function createUrls(settings: UrlSettings): Urls {
  const { publicUrl, issuer: mode, trustProxy = false, isCertified = () => false } = settings
  let fixedOrigin = originOf(publicUrl)
  const issuer = (pool: NamedPool, origin: string) =>
    `${mode === 'aws' ? awsIssuerHost(pool) : origin}/${pool.id}`
  const isOwnName = (transport: Transport, host: string) =>
    isLoopbackHost(host) ||
    (transport === 'https' && hostAndPort.test(host) && isCertified(host.replace(/:\d+$|[[\]]/g, '')))
  return {
    get publicUrl() {
      return fixedOrigin
    },
    issuerMode: mode,
    rename(next) {
      fixedOrigin = originOf(next)
    },
    originFor(headers, transport) {
      if (fixedOrigin !== undefined) return fixedOrigin
      const forwarded = trustProxy ? forwardedOrigin(headers, transport) : undefined
      if (forwarded !== undefined) return forwarded
      const host = String(headers.host).toLowerCase()
      return isOwnName(transport, host) ? `${transport}://${host}` : undefined
    },
    issuer,
    announces(pool, announced) {
      if (mode === 'aws' || fixedOrigin !== undefined) return announced === issuer(pool, fixedOrigin ?? '')
      const [, transport, host = '', poolId] = /^(https?):\/\/(.+)\/([^/]+)$/.exec(announced) ?? []
      return poolId === pool.id && (trustProxy || isOwnName(transport as Transport, host))
    },
    discovery(pool, origin) {
      const { hasDomain } = pool
      const endpoints = hasDomain ? `${origin}/oauth2` : `${origin}/${pool.id}`
      return {
        authorization_endpoint: `${endpoints}/authorize`,
        ...(pool.choices['discovery-pkce'] === 'listed' && { code_challenge_methods_supported: ['S256'] }),
        ...(hasDomain && { end_session_endpoint: `${origin}/logout` }),
        id_token_signing_alg_values_supported: ['RS256'],
        issuer: issuer(pool, origin),
        jwks_uri: `${origin}/${pool.id}/.well-known/jwks.json`,
        response_types_supported: ['code', 'token'],
        ...(hasDomain && { revocation_endpoint: `${endpoints}/revoke` }),
        scopes_supported: ['openid', 'email', 'phone', 'profile'],
        subject_types_supported: ['public'],
        token_endpoint: `${endpoints}/token`,
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
        userinfo_endpoint: `${endpoints}/userInfo`,
      }
    },
  }
}

/** AWS: federation endpoints, issuers. */
const awsIssuerHost = ({ region, issuerType }: NamedPool): string =>
  `https://${issuerType === 'updated' ? 'issuer-' : ''}cognito-idp.${region}.amazonaws.com`

/** What was given as a public URL cannot be one. */
export class UrlError extends Error {
  override readonly name: string = 'UrlError'
}

/**
 * An origin, without a path: every URL that the server announces begins with it.
 *
 * @throws UrlError if it is something else
 */
export function originOf(publicUrl: string | undefined): string | undefined {
  if (publicUrl === undefined) return undefined
  const { origin, protocol, href } = URL.canParse(publicUrl) ? new URL(publicUrl) : new URL('nothing:')
  if (!/^https?:$/.test(protocol) || href !== `${origin}/`)
    throw new UrlError(
      `publicUrl is ${publicUrl}, expected scheme, host and port, as in http://127.0.0.1:9400`,
    )
  return origin
}

const hostAndPort = /^(?:[a-z0-9._-]+|\[[0-9a-f:]+\])(?::\d{1,5})?$/i

/** The name that the proxy nearest to the browser was called by. */
function forwardedOrigin(headers: AddressHeaders, transport: Transport): string | undefined {
  const first = (value: string | string[] | undefined) =>
    String(value ?? '')
      .replace(/,.*/s, '')
      .trim()
  const host = first(headers['x-forwarded-host'])
  const scheme = first(headers['x-forwarded-proto']) || transport
  return hostAndPort.test(host) && /^https?$/.test(scheme) ? `${scheme}://${host.toLowerCase()}` : undefined
}
