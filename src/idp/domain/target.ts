// What a request is about, in one word: the same in the journal, in the filters of a test and in the faults that are
// armed for it.

export type Target =
  | 'authorize'
  | 'login'
  | 'logout'
  | 'token'
  | 'token:code'
  | 'token:refresh'
  | 'token:machine'
  | 'userInfo'
  | 'revoke'
  | 'jwks'
  | 'discovery'
  | `api:${string}`
  | '*'

/** The target of one request: never the pattern `*`, and `other` for whatever has no word. */
export type RequestTarget = Exclude<Target, '*'> | 'other'

const targetOfPath: Readonly<Record<string, RequestTarget>> = {
  '/oauth2/authorize': 'authorize',
  '/login': 'login',
  '/logout': 'logout',
  '/oauth2/token': 'token',
  '/oauth2/userInfo': 'userInfo',
  '/oauth2/revoke': 'revoke',
}

/** The paths at which apps and browsers begin. */
export const entryPaths = Object.keys(targetOfPath)

const targetOfGrant: Readonly<Record<string, RequestTarget>> = {
  authorization_code: 'token:code',
  refresh_token: 'token:refresh',
  client_credentials: 'token:machine',
}

const poolDocument = /^\/[^/]+\/\.well-known\/(jwks\.json|openid-configuration)$/

/**
 * @param grantType the `grant_type` of the form, if there is one
 * @param operation the AWS operation that `X-Amz-Target` names, if there is one
 */
export function targetOf(path: string, grantType?: unknown, operation?: string): RequestTarget {
  const known = Object.hasOwn(targetOfPath, path) ? targetOfPath[path] : undefined
  if (known === 'token')
    return Object.hasOwn(targetOfGrant, String(grantType))
      ? (targetOfGrant[String(grantType)] as RequestTarget)
      : known
  if (known !== undefined) return known
  if (path === '/' && operation !== undefined) return `api:${operation}`
  const document = poolDocument.exec(path)?.[1]
  if (document === undefined) return 'other'
  return document === 'jwks.json' ? 'jwks' : 'discovery'
}

/** Whether a request with that target is meant: `token` stands for every grant, `*` for everything. */
export const isMeant = (meant: Target, target: RequestTarget): boolean =>
  meant === '*' || meant === target || target.startsWith(`${meant}:`)
