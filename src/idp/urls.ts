// Every URL that the server announces, derived from one origin: the public URL if there is one, else the Host
// of the request, if that is a loopback name. Issuer, discovery and tokens cannot disagree, because all of
// them ask here.
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
}

type NamedPool = Pick<UserPool, 'id' | 'region'>

export interface Urls {
  /**
   * What the server is called in a request with that Host; nothing if it is no loopback name and there is no
   * public URL.
   */
  originFor(host: string | undefined): string | undefined
  issuer(pool: NamedPool, origin: string): string
  /** Whether the server, under any of its names, calls itself this for the pool. */
  announces(pool: NamedPool, issuer: string): boolean
  /** The OpenID Provider metadata of a pool, keys in Cognito's (alphabetical) order. */
  discovery(pool: NamedPool, origin: string): Record<string, unknown>
}

const loopbackHost = /^(?:localhost|(?:[a-z0-9-]+\.)+localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

/** Whether a Host header names this machine's loopback, with any port. */
export const isLoopbackHost = (host: string): boolean => loopbackHost.test(host)

export function createUrls({ publicUrl, issuer: mode }: UrlSettings): Urls {
  const fixedOrigin = publicUrl === undefined ? undefined : new URL(publicUrl).origin
  const issuer = ({ id, region }: NamedPool, origin: string) =>
    mode === 'aws' ? `https://cognito-idp.${region}.amazonaws.com/${id}` : `${origin}/${id}`
  return {
    originFor(host) {
      if (fixedOrigin !== undefined) return fixedOrigin
      return host !== undefined && isLoopbackHost(host) ? `http://${host.toLowerCase()}` : undefined
    },
    issuer,
    announces(pool, announced) {
      if (mode === 'aws' || fixedOrigin !== undefined) return announced === issuer(pool, fixedOrigin ?? '')
      const [, host, id] = /^http:\/\/([^/]+)\/([^/]+)$/.exec(announced) ?? []
      return id === pool.id && isLoopbackHost(host as string)
    },
    discovery: (pool, origin) => ({
      authorization_endpoint: `${origin}/oauth2/authorize`,
      end_session_endpoint: `${origin}/logout`,
      id_token_signing_alg_values_supported: ['RS256'],
      issuer: issuer(pool, origin),
      jwks_uri: `${origin}/${pool.id}/.well-known/jwks.json`,
      response_types_supported: ['code', 'token'],
      revocation_endpoint: `${origin}/oauth2/revoke`,
      scopes_supported: ['openid', 'email', 'phone', 'profile'],
      subject_types_supported: ['public'],
      token_endpoint: `${origin}/oauth2/token`,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      userinfo_endpoint: `${origin}/oauth2/userInfo`,
    }),
  }
}
