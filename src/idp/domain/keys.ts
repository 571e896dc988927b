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
  readonly sign: Signer
}

/** The keys of a pool, imported once. */
export interface PoolKeys {
  readonly id: SigningKey
  readonly access: SigningKey
  readonly refresh: RefreshTokenSeal
  readonly jwks: { readonly keys: readonly [PublicSigningKey, PublicSigningKey] }
  /** The published key with that kid. */
  byKid(kid: string): SigningKey | undefined
}

/** Makes three RSA-2048 keys, off the main thread (50 to 250 ms each). */
export async function generateKeyMaterial(): Promise<KeyMaterial> {
  const [id, access, refresh] = await Promise.all([rsaKey(), rsaKey(), rsaKey()])
  return { id, access, refresh }
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
  const id = signingKey(material.id)
  const access = signingKey(material.access)
  return {
    id,
    access,
    refresh: createRefreshTokenSeal(createPrivateKey({ key: material.refresh, format: 'jwk' })),
    jwks: { keys: [publicSigningKey(material.id), publicSigningKey(material.access)] },
    byKid: (kid) => [id, access].find((key) => key.kid === kid),
  }
}

function signingKey(jwk: JsonWebKey): SigningKey {
  const kid = keyId(jwk)
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
  return { kid, publicKey: createPublicKey(privateKey), sign: createSigner(kid, privateKey) }
}

const publicSigningKey = (jwk: JsonWebKey): PublicSigningKey => ({
  alg: 'RS256',
  e: jwk.e as string,
  kid: keyId(jwk),
  kty: 'RSA',
  n: jwk.n as string,
  use: 'sig',
})

/**
 * 44 letters of standard base64, as Cognito's look: the JWK thumbprint (RFC 7638), so a key keeps its name
 * across starts.
 */
function keyId({ e, n }: JsonWebKey): string {
  return createHash('sha256')
    .update(JSON.stringify({ e, kty: 'RSA', n }))
    .digest('base64')
}
