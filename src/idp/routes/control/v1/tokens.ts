// Tokens, and logins without a browser.
import type { CodeRequest, FollowOptions } from '../../../../handle/auth.ts'
import type { Defect, MintOptions } from '../../../../handle/tokens.ts'
import { claimsOf } from '../../../domain/spoil.ts'
import { type Asked, fromWire, type Operations } from './asked.ts'

type Wish = Omit<MintOptions, 'issuedAt' | 'expiresIn'> & {
  readonly issuedAt?: string | number
  readonly expiresIn?: string | number
  readonly set?: boolean
  readonly bad?: Defect
}

export const tokens: Operations = {
  async mintToken({ pool, body }) {
    const { set, bad, issuedAt, expiresIn, ...rest } = body as Wish
    if (set) return pool.tokens.set(rest)
    const options: MintOptions = {
      ...rest,
      ...(issuedAt !== undefined && { issuedAt: issueTime(issuedAt) }),
      ...(expiresIn !== undefined && { expiresIn: fromWire(expiresIn) }),
    }
    const token = await (bad === undefined ? pool.tokens.mint(options) : pool.tokens.bad[bad](options))
    return { token, claims: claimsOf(token) }
  },
  signIn,
  createStorageState: ({ pool, body }) => pool.auth.storageState(body as { user: string }),
  setAutoLogin({ pool, body }) {
    const { user, ...options } = body as { user: string | null; times?: number; client?: string }
    return pool.auth.auto(user, options)
  },
}

/** A date and time, or how far from now. */
const issueTime = (issuedAt: string | number): MintOptions['issuedAt'] & {} =>
  /^\d{4}-/.test(String(issuedAt)) ? new Date(issuedAt) : fromWire(issuedAt)

async function signIn({ pool, body }: Asked) {
  const { authorizeUrl, ...asked } = body as FollowOptions & CodeRequest & { readonly authorizeUrl?: string }
  if (authorizeUrl === undefined) return pool.auth.code(asked)
  const { callbackUrl, cookies } = await pool.auth.follow(authorizeUrl, asked)
  const { searchParams } = new URL(callbackUrl)
  const [code, state] = [searchParams.get('code'), searchParams.get('state')]
  return { callbackUrl, cookies, ...(code !== null && { code }), ...(state !== null && { state }) }
}
