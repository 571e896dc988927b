// What of this BFF one should not copy, in a sentence each: for the log, and for the page of the demo.
import type { BffConfig } from './config.ts'

/**
 * What is unsafe about these settings; nothing, with those that hold if nothing is said.
 *
 * @example
 * unsafeParts(config) // ['UNSAFE, BFF_INSECURE_COOKIES: …']
 */
export const unsafeParts = ({
  handoff,
  insecureCookies,
  profile,
}: Pick<BffConfig, 'handoff' | 'insecureCookies' | 'profile'>): readonly string[] => [
  ...(insecureCookies
    ? [
        'UNSAFE, BFF_INSECURE_COOKIES: cookies go over plain http, where others on the way read them, and a neighbouring host can set them',
      ]
    : []),
  ...(profile === 'series'
    ? [
        'UNSAFE, BFF_PROFILE=series: a login is not tied to a browser, so one person can be logged in as another (login CSRF)',
        'UNSAFE, BFF_PROFILE=series: log-out takes a GET, which pages, previews and prefetchers send unasked',
      ]
    : []),
  ...(handoff === 'query'
    ? [
        'UNSAFE, BFF_HANDOFF=query: the session id travels in a URL, where history, proxies and Referer keep it',
      ]
    : []),
]
