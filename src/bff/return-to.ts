// Where a login may lead afterwards. An attacker who can choose that place turns a genuine login
// page into a lure (open redirect, RFC 9700 §4.11), so only a path of our own origin passes,
// however it is spelled: encoded once or several times, with dots, backslashes or controls.
import { decodings, hasControls } from './percent-encoding.ts'
import { unsafeReturnTo } from './problems.ts'

/**
 * The path to continue at, in normal form; undefined if none is asked for.
 *
 * @param ours the path below which nobody continues: that of our own routes
 * @throws {Problem} `unsafe_return_to`, if it leads elsewhere or could be read so by somebody on the way.
 * @example
 * safeReturnTo('/orders?page=2#last') // '/orders?page=2#last'
 * safeReturnTo('/%2F/evil.example')   // throws
 */
export function safeReturnTo(wanted: string | undefined, ours = '/auth/'): string | undefined {
  if (wanted === undefined) return undefined
  // Only the path can lead elsewhere; a query may hold whatever a page puts there, a lone % included.
  const [path = ''] = wanted.split(/[?#]/, 1)
  const isSafe = (text: string) => staysHere(text, ours)
  if (wanted.length > 2000 || !isSafe(wanted) || !decodings(path).every(isSafe)) throw unsafeReturnTo()
  const { pathname, search, hash } = new URL(wanted, base)
  return pathname + search + hash
}

const base = new URL('http://here.invalid')

function staysHere(path: string, ours: string): boolean {
  if (!/^\/(?![/\\])/.test(path) || hasControls(path) || /^[^?#]*\\/.test(path)) return false
  const { origin, pathname } = new URL(path, base)
  const isOurs = `${pathname}/`.toLowerCase().startsWith(ours.toLowerCase())
  return origin === base.origin && !pathname.startsWith('//') && !isOurs
}
