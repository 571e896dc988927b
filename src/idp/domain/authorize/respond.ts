// The answer to a granted authorize request: a code at the redirect URI or, for the implicit grant, the
// tokens themselves behind its `#`; with the state as it came.
import { newLogin } from '../claims.ts'
import { newCode } from '../codes.ts'
import { withFragment, withQuery } from '../redirect-uri.ts'
import type { BrowserSession } from '../sessions.ts'
import { mintTokens } from '../tokens.ts'
import type { User } from '../user.ts'
import type { AuthorizationRequest } from './request.ts'

type SignedIn = Pick<BrowserSession, 'sub' | 'authTime'>

/**
 * Issues the code, or the tokens.
 *
 * @param issuer what this login's tokens will say in `iss`, whatever name the token endpoint is called by
 * @returns where to send the browser
 */
export async function respond(
  request: AuthorizationRequest,
  signedIn: SignedIn,
  issuer: string,
): Promise<string> {
  const { redirectUri, state, responseType } = request
  const [answer, place] =
    responseType === 'code'
      ? [await code(request, signedIn, issuer), withQuery]
      : [await tokens(request, signedIn, issuer), withFragment]
  return place(redirectUri, state === undefined ? answer : [...answer, ['state', state]])
}

type Answer = [name: string, value: string][]

async function code(request: AuthorizationRequest, signedIn: SignedIn, issuer: string): Promise<Answer> {
  const { pool, client, redirectUri, scopes, nonce, resource, codeChallenge } = request
  const code = newCode(pool, {
    clientId: client.id,
    redirectUri,
    sub: signedIn.sub,
    authTime: signedIn.authTime,
    issuer,
    scopes,
    nonce,
    resource,
    codeChallenge,
  })
  await pool.codes.issue(code)
  return [['code', code.code]]
}

/** No refresh token, and no ID token without `openid`. */
async function tokens(request: AuthorizationRequest, signedIn: SignedIn, issuer: string): Promise<Answer> {
  const { pool, client, scopes, nonce, resource } = request
  const login = newLogin(pool, {
    client,
    user: (await pool.users.bySub(signedIn.sub)) as User,
    scopes,
    nonce,
    resource,
    issuer,
    authTime: signedIn.authTime,
  })
  const { id_token, access_token, expires_in, token_type } = await mintTokens(pool, login)
  const answer: Answer = id_token === undefined ? [] : [['id_token', id_token]]
  answer.push(['access_token', access_token])
  if (pool.choices['implicit-fragment'] === 'token-type-first')
    answer.push(['token_type', 'bearer'], ['expires_in', String(expires_in)])
  else answer.push(['expires_in', String(expires_in)], ['token_type', token_type])
  return answer
}
