// Every URL that the BFF announces, derived from one origin. The Host header has no say in it: who
// chooses the redirect URI chooses where the code goes.
import type { AddressInfo, Server } from 'node:net'
import type { BffConfig } from './config.ts'

export type Urls = ReturnType<ReturnType<typeof urlsOf>>

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
) {
  return () => {
    const bound = server.address() as AddressInfo | null
    const { origin } = publicUrl ?? new URL(`http://localhost:${bound?.port ?? port}`)
    const home = homeUrl ?? new URL('/', origin)
    /** The path of a route of ours. */
    const path = (name: string) => `${prefix}/auth/${name}`
    return {
      /** As browsers send it in `Origin`. */
      origin,
      allowedOrigins,
      /** Where log-outs end, and logins that asked for no other place: the `logout_uri` to register at the app client. */
      home,
      /** The `redirect_uri` to register at the app client. */
      callback: new URL(path('callback'), origin),
      path,
      /** What a page wants to continue at, or home; below home, as a path if that is here. @throws {Problem} */
      continueAt(returnTo: string | undefined): string {
        const { origin: there, href, pathname, search, hash } = new URL(returnTo ?? home.href, home)
        return there === origin ? pathname + search + hash : href
      },
    }
  }
}
