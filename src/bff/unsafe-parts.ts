// What of this BFF one should not copy, in a sentence each: for the log, and for the page of the demo.
import { isOpenToAll } from './config/url-parsers.ts'
import type { BffConfig } from './config.ts'

/**
 * What is unsafe about these settings; nothing, with those that hold if nothing is said.
 *
 * @example
 * unsafeParts(config) // ['UNSAFE, BFF_INSECURE_COOKIES: …']
 */
export const unsafeParts = ({
  allowedOrigins,
  backChannelOrigin,
  handoff,
  insecureCookies,
  profile,
}: Pick<
  BffConfig,
  'allowedOrigins' | 'backChannelOrigin' | 'handoff' | 'insecureCookies' | 'profile'
>): readonly string[] => [
  ...(backChannelOrigin && isOpenToAll(backChannelOrigin)
    ? [
        'UNSAFE, COGNITO_BACKCHANNEL_ORIGIN: secrets, tokens and the keys of the issuer come over plain http, where others on the way read and forge them',
      ]
    : []),
  ...allowedOrigins
    .filter((each) => isOpenToAll(new URL(each)))
    .map(
      (each) =>
        `UNSAFE, BFF_ALLOWED_ORIGINS: whoever is on the way to ${each} can act here as anybody who opens it`,
    ),
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
