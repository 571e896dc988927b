// URLs among the settings. Tokens and secrets travel to most of them, so plain http is for this machine only.

function url(text: string): URL {
  const parsed = URL.canParse(text) ? new URL(text) : undefined
  if (parsed?.username || parsed?.password) throw new Error('must not contain a user name or a password')
  if (parsed && /^https?:$/.test(parsed.protocol) && !parsed.search && !parsed.hash) return parsed
  throw new Error(`must be a full URL such as https://login.example.com, not "${text}"`)
}

export function trustworthyUrl(text: string): URL {
  const parsed = url(text)
  if (!isOpenToAll(parsed)) return parsed
  throw new Error('must be https: plain http is accepted on localhost and 127.0.0.1 only')
}

export function origin(text: string): URL {
  const parsed = url(text)
  if (parsed.pathname === '/') return parsed
  throw new Error(`must be an origin without a path, such as ${parsed.origin}`)
}

/** One that may call from a browser, with its cookies: then there is no "*". */
export function callingOrigin(text: string): string {
  if (text === '*')
    throw new Error('must name each origin: "*" would let in everybody, with the cookies of everybody')
  return origin(text).origin
}

/** Where an app takes its hand-off code: a scheme of its own, or a link that the system gives to the app (RFC 8252 §7). */
export function appRedirect(text: string): string {
  const { protocol, hash } = URL.canParse(text) ? new URL(text) : new URL('http:nothing')
  if (!/^(http|javascript|data|vbscript|file|blob|about):$/.test(protocol) && !hash) return text
  throw new Error(`must be like com.example.app:/login or https://app.example.com/login, not "${text}"`)
}

/** Plain http that leaves this machine. */
export const isOpenToAll = ({ protocol, hostname }: URL): boolean =>
  protocol !== 'https:' && !isThisMachine(hostname)

const isThisMachine = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  /^127(\.\d+){3}$/.test(hostname)
