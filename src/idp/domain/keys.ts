// The keys of a pool. Cognito publishes two RSA-2048 keys and signs ID tokens with one and access tokens with
// the other; a third, never published, is what refresh tokens are encrypted to. Private keys are made on the
// machine that uses them and kept outside the repository (see stores/key-cache.ts).
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import { createRefreshTokenSeal, type RefreshTokenSeal } from './jwe.ts'
import { createSigner, type Signer } from './jwt.ts'

/** The private keys of a pool as JWKs (RFC 7517): what is stored. */
export interface KeyMaterial {
  readonly id: JsonWebKey
  readonly access: JsonWebKey
  readonly refresh: JsonWebKey
  /** The signing keys of before the last rotation. */
  readonly previous?: {
    readonly id: JsonWebKey
    readonly access: JsonWebKey
    /** Key ids that `jwks.json` shows no more. */
    readonly retired: readonly string[]
  }
}

/** A key as `jwks.json` shows it, members in Cognito's (alphabetical) order. */
export interface PublicSigningKey {
  readonly alg: 'RS256'
  readonly e: string
  readonly kid: string
  readonly kty: 'RSA'
  readonly n: string
  readonly use: 'sig'
}

export interface SigningKey {
  readonly kid: string
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  readonly sign: Signer
}

/** The two keys that Cognito signs with: ID tokens with one, access tokens with the other. */
export interface SigningPair {
  readonly id: SigningKey
  readonly access: SigningKey
}

/** The keys of a pool, imported once. */
export interface PoolKeys extends SigningPair {
  readonly refresh: RefreshTokenSeal
  /** The pair before the last rotation; published for as long as it is not retired. */
  readonly previous?: SigningPair
  readonly jwks: { readonly keys: readonly PublicSigningKey[] }
  /** The published key with that kid. */
  byKid(kid: string): SigningKey | undefined
  /** What these keys were imported from. */
  readonly material: KeyMaterial
}

/** The keys that a pool has at present. */
export interface KeyRing {
  readonly current: Promise<PoolKeys>
  /** From now on these are the keys. */
  replace(keys: Promise<PoolKeys>): Promise<void>
}

export function createKeyRing(first: Promise<PoolKeys>): KeyRing {
  let current = first
  return {
    get current() {
      return current
    },
    async replace(keys) {
      current = keys
    },
  }
}

/** Makes three RSA-2048 keys, off the main thread (50 to 250 ms each). */
export async function generateKeyMaterial(): Promise<KeyMaterial> {
  const [signing, refresh] = await Promise.all([generateSigningMaterial(), rsaKey()])
  return { ...signing, refresh }
}

/** Makes the two keys that sign. */
export async function generateSigningMaterial(): Promise<Pick<KeyMaterial, 'id' | 'access'>> {
  const [id, access] = await Promise.all([rsaKey(), rsaKey()])
  return { id, access }
}

const rsaKey = (): Promise<JsonWebKey> =>
  new Promise((resolve, reject) => {
    generateKeyPair('rsa', { modulusLength: 2048 }, (error, _, privateKey) => {
      /* c8 ignore next -- there is no way to make OpenSSL fail here */
      if (error) return reject(error)
      resolve(privateKey.export({ format: 'jwk' }))
    })
  })

export function importKeys(material: KeyMaterial): PoolKeys {
  const current = pair(material)
  const previous = material.previous && pair(material.previous)
  const retired = material.previous?.retired ?? []
  const published = [...pairKeys(current), ...pairKeys(previous).filter(({ kid }) => !retired.includes(kid))]
  return {
    ...current,
    refresh: createRefreshTokenSeal(createPrivateKey({ key: material.refresh, format: 'jwk' })),
    ...(previous && { previous }),
    jwks: { keys: published.map(publicSigningKey) },
    byKid: (kid) => published.find((key) => key.kid === kid),
    material,
  }
}

const pair = ({ id, access }: Pick<KeyMaterial, 'id' | 'access'>): SigningPair => ({
  id: signingKey(id),
  access: signingKey(access),
})

const pairKeys = (keys: SigningPair | undefined): SigningKey[] =>
  keys === undefined ? [] : [keys.id, keys.access]

/**
 * The keys after a rotation: new ones sign, and the present ones become the previous ones.
 *
 * @param fresh where the new signing keys come from
 * @param keepPrevious whether `jwks.json` goes on showing the present ones, so that tokens signed with them stay good
 */
export function rotatedKeys(
  { material, id, access }: PoolKeys,
  fresh: Pick<KeyMaterial, 'id' | 'access'>,
  keepPrevious: boolean,
): PoolKeys {
  const retired = keepPrevious ? [] : [id.kid, access.kid]
  const previous = { id: material.id, access: material.access, retired }
  return importKeys({ id: fresh.id, access: fresh.access, refresh: material.refresh, previous })
}

/** The keys without one of the previous ones in `jwks.json`: tokens that it signed are good no more. */
export function withoutKey({ material, previous }: PoolKeys, kid: string): PoolKeys | undefined {
  if (material.previous === undefined || !pairKeys(previous).some((key) => key.kid === kid)) return undefined
  const retired = [...material.previous.retired, kid]
  return importKeys({ ...material, previous: { ...material.previous, retired } })
}

function signingKey(jwk: JsonWebKey): SigningKey {
  const kid = keyId(jwk)
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
  return { kid, publicKey: createPublicKey(privateKey), privateKey, sign: createSigner(kid, privateKey) }
}

function publicSigningKey({ kid, publicKey }: SigningKey): PublicSigningKey {
  const { e, n } = publicKey.export({ format: 'jwk' })
  return { alg: 'RS256', e: e as string, kid, kty: 'RSA', n: n as string, use: 'sig' }
}

/**
 * 44 letters of standard base64, as Cognito's look: the JWK thumbprint (RFC 7638), so a key keeps its name
 * across starts.
 */
function keyId({ e, n }: JsonWebKey): string {
  return createHash('sha256')
    .update(JSON.stringify({ e, kty: 'RSA', n }))
    .digest('base64')
}
