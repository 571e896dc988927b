// Proof that a page of ours sent a request that changes something. A browser lets no foreign page forge Origin,
// nor send X-CSRF without a preflight, which is answered to allowed origins only. Sec-Fetch-Site is not asked:
// browsers disagree about it on localhost. An app's Bearer token is proof enough: no browser sends it by itself.
import type { FastifyRequest } from 'fastify'
import { crossSiteRequest, prefetchRefused } from './problems.ts'
import type { Urls } from './urls.ts'
import { bearerOf } from './visitor.ts'

type Asked = Pick<FastifyRequest, 'headers'>
type Origins = Pick<Urls, 'origin' | 'allowedOrigins'>

const isForeign = ({ headers }: Asked, { origin, allowedOrigins }: Origins): boolean =>
  headers.origin !== undefined && headers.origin !== origin && !allowedOrigins.includes(headers.origin)

const hasHeader = ({ headers }: Asked): boolean => headers['x-csrf'] === '1'

/**
 * For scripts: the header, and no foreign `Origin`.
 *
 * @throws {Problem} `cross_site_request`
 * @example
 * demandOurScript({ headers: { origin: 'https://app.example', 'x-csrf': '1' } }, urls()) // fine
 */
export function demandOurScript(request: Asked, urls: Origins): void {
  if (bearerOf(request)) return
  if (isForeign(request, urls) || !hasHeader(request))
    throw crossSiteRequest(`X-CSRF: 1, and no Origin but ${urls.origin}`)
}

/** For plain forms as well, which have no headers of their own: an `Origin` of ours, or the header. */
export function demandOurPage(request: Asked, urls: Origins): void {
  if (bearerOf(request)) return
  const isOurs = request.headers.origin !== undefined || hasHeader(request)
  if (isForeign(request, urls) || !isOurs) throw crossSiteRequest(`X-CSRF: 1, or an Origin of ${urls.origin}`)
}

/** A browser that only guesses that somebody may click. @throws {Problem} `prefetch_refused` */
export function refusePrefetch({ headers }: Asked): void {
  if (/\bprefetch\b/.test(`${headers['sec-purpose']} ${headers.purpose}`)) throw prefetchRefused()
}
