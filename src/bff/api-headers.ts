// Which headers pass between a browser and the API behind it: those that are about the matter.
import type { IncomingHttpHeaders } from 'node:http'

/** What the browser says of itself, of the way here, or in the name of somebody else. */
const notForApis =
  /^(cookie|authorization|proxy-.*|x-csrf|origin|referer|forwarded|via|connection|keep-alive|te|trailer|upgrade|expect|sec-.*)$/

/** Headers by which some servers believe that they were asked by another address, or for something else. */
const inPlaceOfTheRequest =
  /^(x-(forwarded|original|rewrite|http-method|method|real-ip|host|proxyuser|envoy|cluster).*|.*-client-ip|.*-connecting-ip)$/

/** What is announced has to follow: an API would take the next request on its connection for the body of this one. */
const ofBodies = /^(content-length|transfer-encoding)$/

/** Servers that put headers into variables take one with `_` for one with `-`. */
const isAmbiguous = /_/

/** What an API may not do on this origin: cookies, policies, redirects, invitations; and what concerns one connection. */
const notForBrowsers =
  /^(set-cookie2?|set-login|www-authenticate|proxy-.*|connection|keep-alive|te|trailer|transfer-encoding|upgrade|location|refresh|link|clear-site-data|cache-control|pragma|expires|vary|access-control-.*|content-security-policy.*|cross-origin-.*|x-frame-options|x-content-type-options|referrer-policy|permissions-policy|document-policy.*|strict-transport-security|service-worker-allowed|speculation-rules|accept-ch|critical-ch|nel|report-to|reporting-endpoints|alt-svc|server|x-powered-by)$/

/**
 * What an API gets to know of a request.
 *
 * @param hasBody whether the body goes along; that of a GET does not
 * @example
 * forApi({ accept: 'text/csv', cookie: 'a=b', 'content-length': '3' }, false) // { accept: 'text/csv' }
 */
export const forApi = (headers: IncomingHttpHeaders, hasBody: boolean) =>
  without([notForApis, inPlaceOfTheRequest, isAmbiguous, ...(hasBody ? [] : [ofBodies])], headers)

/**
 * What a browser gets to know of an answer.
 *
 * @example
 * forBrowser({ etag: '"7"', 'set-cookie': ['a=b'] }) // { etag: '"7"' }
 */
export function forBrowser<T extends IncomingHttpHeaders>(headers: T) {
  const { connection = '' } = headers
  const ofThisConnection = connection.toLowerCase().split(/[\s,]+/)
  return without([notForBrowsers, { test: (name) => ofThisConnection.includes(name) }], headers)
}

const without = <T extends IncomingHttpHeaders>(names: readonly Pick<RegExp, 'test'>[], headers: T) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.some((each) => each.test(name))))
