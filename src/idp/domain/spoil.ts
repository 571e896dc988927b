// Token answers that an app must refuse: the answer as it was, wrong in one way and signed again, so that nothing but
// that one check can find it out.
import { accessTokenHash } from './claims.ts'
import type { TokenDefect } from './faults.ts'
import type { PoolKeys } from './keys.ts'
import type { TokenResponse } from './tokens.ts'

type Claims = Record<string, unknown>

/** Defects of the claims. */
type WrongClaims = Extract<TokenDefect, 'expired' | 'wrongNonce' | 'wrongAudience'>

/** What happens to the claims of each token; an access token without an entry stays as it is. */
const changes: Readonly<
  Record<WrongClaims, { id: (claims: Claims) => Claims; access?: (claims: Claims) => Claims }>
> = {
  expired: { id: expired, access: expired },
  wrongNonce: { id: (claims) => ({ ...claims, nonce: 'the-nonce-of-another-login' }) },
  wrongAudience: {
    id: (claims) => ({ ...claims, aud: 'somebodyelse00000000000001' }),
    access: (claims) => ({ ...claims, client_id: 'somebodyelse00000000000001' }),
  },
}

/** Issued a lifetime and a minute ago. */
function expired({ iat, exp, auth_time, ...claims }: Claims): Claims {
  const shift = Number(exp) - Number(iat) + 60
  return {
    ...claims,
    auth_time: Number(auth_time) - shift,
    iat: Number(iat) - shift,
    exp: Number(exp) - shift,
  }
}

export async function spoiled(
  answer: TokenResponse,
  defect: TokenDefect,
  { id, access }: Pick<PoolKeys, 'id' | 'access'>,
): Promise<TokenResponse> {
  const { id_token, refresh_token, ...rest } = answer
  if (defect === 'noIdToken') return { ...rest, ...(refresh_token !== undefined && { refresh_token }) }
  if (defect === 'noRefreshToken') return { ...rest, ...(id_token !== undefined && { id_token }) }
  if (defect === 'badSignature')
    return {
      ...answer,
      ...(id_token !== undefined && { id_token: withOtherSignature(id_token) }),
      access_token: withOtherSignature(answer.access_token),
    }
  const change = changes[defect]
  const accessToken = change.access
    ? await access.sign(change.access(claimsOf(answer.access_token)))
    : answer.access_token
  if (id_token === undefined) return { ...answer, access_token: accessToken }
  // The hash of the access token is right again: only what was asked for is wrong.
  const idClaims = { ...claimsOf(id_token), at_hash: accessTokenHash(accessToken) }
  return {
    ...answer,
    access_token: accessToken,
    id_token: await id.sign(change.id(idClaims)),
  }
}

/** The token with one bit of its signature changed. */
export function withOtherSignature(jwt: string): string {
  const [header, claims, signature = ''] = jwt.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  const middle = bytes.length >> 1
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle)
  return [header, claims, bytes.toString('base64url')].join('.')
}

/** The claims of a token that we made ourselves. */
export const claimsOf = (jwt: string): Claims =>
  JSON.parse(Buffer.from(jwt.split('.')[1] as string, 'base64url').toString())
