// The answer to a granted authorize request: a code at the redirect URI or, for the implicit grant, the
// tokens themselves behind its `#`; with the state as it came.
import { groupsOf, newLogin } from '../claims.ts'
import { newCode } from '../codes.ts'
import type { PreTokenGenerationHook } from '../pre-token-generation/hook.ts'
import { overridesForUser } from '../pre-token-generation/index.ts'
import type { TokenOverrides } from '../pre-token-generation/overrides.ts'
import { withFragment, withQuery } from '../redirect-uri.ts'
import type { BrowserSession } from '../sessions.ts'
import { mintTokens } from '../tokens.ts'
import type { Trail } from '../trail.ts'
import type { User } from '../user.ts'
import { type AuthorizationRequest, toCallback } from './request.ts'

type SignedIn = Pick<BrowserSession, 'sub' | 'authTime' | 'proofs'>

/**
 * Issues the code, or the tokens.
 *
 * @param issuer what this login's tokens will say in `iss`, whatever name the token endpoint is called by
 * @returns where to send the browser
 * @throws CallbackRefusal if the pre-token-generation hook of the pool fails
 */
export async function respond(
  request: AuthorizationRequest,
  signedIn: SignedIn,
  issuer: string,
  trail: Trail,
): Promise<string> {
  const { pool, redirectUri, state, responseType } = request
  const hook = pool.hooks.preTokenGeneration
  const isAskedNow = responseType === 'token' || pool.choices['hook-of-code-grant'] === 'sign-in'
  const overrides = hook && isAskedNow ? await hostedOverrides(hook, request, signedIn, trail) : undefined
  const [answer, place] =
    responseType === 'code'
      ? [await code(request, signedIn, issuer, overrides), withQuery]
      : [await tokens(request, signedIn, issuer, overrides), withFragment]
  return place(redirectUri, state === undefined ? answer : [...answer, ['state', state]])
}

type Answer = [name: string, value: string][]

async function code(
  request: AuthorizationRequest,
  signedIn: SignedIn,
  issuer: string,
  overrides: TokenOverrides | undefined,
): Promise<Answer> {
  const { pool, client, redirectUri, scopes, nonce, resource, codeChallenge } = request
  const code = newCode(pool, {
    clientId: client.id,
    redirectUri,
    sub: signedIn.sub,
    authTime: signedIn.authTime,
    proofs: signedIn.proofs,
    issuer,
    scopes,
    nonce,
    resource,
    codeChallenge,
    overrides,
  })
  await pool.codes.issue(code)
  return [['code', code.code]]
}

/** No refresh token, and no ID token without `openid`. */
async function tokens(
  request: AuthorizationRequest,
  signedIn: SignedIn,
  issuer: string,
  overrides: TokenOverrides | undefined,
): Promise<Answer> {
  const { pool, client, scopes, nonce, resource } = request
  const login = newLogin(pool, {
    client,
    user: (await pool.users.bySub(signedIn.sub)) as User,
    scopes,
    nonce,
    resource,
    issuer,
    authTime: signedIn.authTime,
    proofs: signedIn.proofs,
    overrides,
  })
  const { id_token, access_token, expires_in, token_type } = await mintTokens(pool, login)
  const answer: Answer = id_token === undefined ? [] : [['id_token', id_token]]
  answer.push(['access_token', access_token])
  if (pool.choices['implicit-fragment'] === 'token-type-first')
    answer.push(['token_type', 'bearer'], ['expires_in', String(expires_in)])
  else answer.push(['expires_in', String(expires_in)], ['token_type', token_type])
  return answer
}

/**
 * A failure of the hook was observed as an `invalid_request` at the callback, its description with a blank at the end.
 */
async function hostedOverrides(
  hook: PreTokenGenerationHook,
  request: AuthorizationRequest,
  { sub }: SignedIn,
  trail: Trail,
): Promise<TokenOverrides | undefined> {
  const { pool } = request
  const user = (await pool.users.bySub(sub)) as User
  return overridesForUser(
    hook,
    pool,
    { ...request, user, groups: groupsOf(user, pool.groups) },
    'TokenGeneration_HostedAuth',
    trail,
    ({ text, message }) => toCallback(request, 'invalid_request', `${text} `, message),
  )
}
