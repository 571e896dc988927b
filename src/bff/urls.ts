// Every URL that the BFF announces, derived from one origin. The Host header has no say in it: who
// chooses the redirect URI chooses where the code goes.
import type { AddressInfo, Server } from 'node:net'
import type { BffConfig } from './config.ts'

export interface Urls {
  /** As browsers send it in `Origin`. */
  readonly origin: string
  /** The home page, and the `logout_uri` to register at the app client. */
  readonly home: URL
  /** The `redirect_uri` to register at the app client. */
  readonly callback: URL
}

/**
 * The URLs of a BFF; asked for anew each time, since port 0 becomes a real one only by listening.
 *
 * @example
 * const urls = urlsOf({ publicUrl: new URL('https://app.example.com'), port: 9401 }, app.server)
 * urls().callback.href // 'https://app.example.com/auth/callback'
 */
export function urlsOf(
  { publicUrl, port }: Pick<BffConfig, 'publicUrl' | 'port'>,
  server: Server,
): () => Urls {
  return () => {
    const bound = server.address() as AddressInfo | null
    const home = new URL('/', publicUrl ?? `http://localhost:${bound?.port ?? port}`)
    return { origin: home.origin, home, callback: new URL('/auth/callback', home) }
  }
}
