// Every URL that the BFF announces, derived from one origin. The Host header has no say in it: who
// chooses the redirect URI chooses where the code goes.
import type { AddressInfo, Server } from 'node:net'
import type { BffConfig } from './config.ts'

export interface Urls {
  /** As browsers send it in `Origin`. */
  readonly origin: string
  readonly allowedOrigins: readonly string[]
  /** Where log-outs end, and logins that asked for no other place: the `logout_uri` to register at the app client. */
  readonly home: URL
  /** The `redirect_uri` to register at the app client. */
  readonly callback: URL
  /** The one of the article's sample. */
  readonly exchange: URL
  /** The path of a route of ours. */
  path(name: string): string
  /** Where a browser continues: below home, as a path if that is here. */
  continueAt(returnTo: string | undefined): string
}

/** The base path of the article's sample. */
export const seriesPath = '/apis/authentication'

/**
 * The URLs of a BFF; asked for anew each time, since port 0 becomes a real one only by listening.
 *
 * @param prefix the one that the plugin was registered with
 * @example
 * const urls = urlsOf({ publicUrl: new URL('https://app.example.com'), … }, app.server, '')
 * urls().callback.href // 'https://app.example.com/auth/callback'
 */
export function urlsOf(
  { publicUrl, port, homeUrl, allowedOrigins }: BffConfig,
  server: Server,
  prefix: string,
): () => Urls {
  return () => {
    const bound = server.address() as AddressInfo | null
    const { origin } = publicUrl ?? new URL(`http://localhost:${bound?.port ?? port}`)
    const home = homeUrl ?? new URL('/', origin)
    const path = (name: string) => `${prefix}/auth/${name}`
    return {
      origin,
      allowedOrigins,
      home,
      callback: new URL(path('callback'), origin),
      exchange: new URL(`${prefix}${seriesPath}/exchange`, origin),
      path,
      continueAt(returnTo) {
        const { origin: there, href, pathname, search, hash } = new URL(returnTo ?? home.href, home)
        return there === origin ? pathname + search + hash : href
      },
    }
  }
}
