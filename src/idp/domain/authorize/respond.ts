// The answer to a granted authorize request: a code at the redirect URI, with the state as it came.
import { newCode } from '../codes.ts'
import { withQuery } from '../redirect-uri.ts'
import type { BrowserSession } from '../sessions.ts'
import type { AuthorizationRequest } from './request.ts'

/**
 * Issues the code.
 *
 * @param issuer what this login's tokens will say in `iss`, whatever name the token endpoint is called by
 * @returns where to send the browser
 */
export async function respond(
  request: AuthorizationRequest,
  { sub, authTime }: Pick<BrowserSession, 'sub' | 'authTime'>,
  issuer: string,
): Promise<string> {
  const { pool, client, redirectUri, scopes, nonce, codeChallenge, state } = request
  const code = newCode(pool, {
    clientId: client.id,
    redirectUri,
    sub,
    authTime,
    issuer,
    scopes,
    ...(nonce !== undefined && { nonce }),
    ...(codeChallenge !== undefined && { codeChallenge }),
  })
  await pool.codes.issue(code)
  const answer: [string, string][] = [['code', code.code]]
  if (state !== undefined) answer.push(['state', state])
  return withQuery(redirectUri, answer)
}
