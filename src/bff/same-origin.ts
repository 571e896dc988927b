// Proof that a page of ours sent a request that changes something. A browser never lets a foreign
// page forge Origin, nor send X-CSRF without a preflight, and this BFF answers none. Sec-Fetch-Site
// is not asked: browsers disagree about it on localhost.
import type { IncomingHttpHeaders } from 'node:http'

/**
 * Whether a page of this origin sent the request: by its `Origin`, or, from clients that send none,
 * by the header `X-CSRF: 1`.
 *
 * @example
 * isSameOrigin({ origin: 'https://app.example.com' }, 'https://app.example.com') // true
 * isSameOrigin({ origin: 'null', 'x-csrf': '1' }, 'https://app.example.com')     // false
 */
export const isSameOrigin = (headers: IncomingHttpHeaders, ours: string): boolean =>
  headers.origin === undefined ? headers['x-csrf'] === '1' : headers.origin === ours
