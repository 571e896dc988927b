// Where a login may lead afterwards. An attacker who can choose that place turns a genuine login
// page into a lure (open redirect, RFC 9700 §4.11), so only a path of our own origin passes,
// however it is spelled: encoded once or several times, with dots, backslashes or controls.
import { unsafeReturnTo } from './problems.ts'

/**
 * The path to continue at, in normal form.
 *
 * @throws {Problem} `unsafe_return_to`, if it leads elsewhere or could be read so by somebody on the way.
 * @example
 * safeReturnTo('/orders?page=2#last') // '/orders?page=2#last'
 * safeReturnTo(undefined)             // '/'
 * safeReturnTo('/%2F/evil.example')   // throws
 */
export function safeReturnTo(wanted = '/'): string {
  // Only the path can lead elsewhere; a query may hold whatever a page puts there, a lone % included.
  const [path = ''] = wanted.split(/[?#]/, 1)
  if (wanted.length > 2000 || !staysHere(wanted) || !decodings(path).every(staysHere)) throw unsafeReturnTo()
  const { pathname, search, hash } = new URL(wanted, base)
  return pathname + search + hash
}

const base = new URL('http://here.invalid')

function staysHere(path: string): boolean {
  if (!/^\/(?![/\\])/.test(path) || hasControls(path) || /^[^?#]*\\/.test(path)) return false
  const { origin, pathname } = new URL(path, base)
  return origin === base.origin && !pathname.startsWith('//') && !/^\/auth(\/|$)/i.test(pathname)
}

const hasControls = (text: string): boolean => /\p{Cc}/u.test(text)

/** The text as it is, and as each percent-decoder on the way might see it. */
function decodings(text: string, rounds = 4): string[] {
  const decoded = decode(text)
  if (decoded === text) return [text]
  return rounds === 0 ? [unreadable] : [text, ...decodings(decoded, rounds - 1)]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return unreadable
  }
}

/** No path begins like this, so it never passes. */
const unreadable = ''
