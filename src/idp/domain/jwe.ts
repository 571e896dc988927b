// Refresh tokens look as Cognito's do: a five-part JWE (RFC 7516) with exactly this header, and really
// encrypted. The content key is made and wrapped with RSA-OAEP once for each start; every token gets an IV
// of its own. So a token costs one AES-GCM instead of one RSA operation. Whoever holds the private
// key can open it; the server itself never needs to, because it knows its tokens by their hash.
import {
  constants,
  createCipheriv,
  createPublicKey,
  type KeyObject,
  publicEncrypt,
  randomBytes,
} from 'node:crypto'

/** What is inside: enough to see what a token was, once opened. */
export interface RefreshTokenContent {
  readonly iss: string
  readonly sub: string
  readonly client_id: string
  readonly origin_jti: string
  readonly jti: string
  readonly iat: number
  readonly exp: number
}

export interface RefreshTokenSeal {
  /** Encrypts the content into a refresh token. */
  seal(content: RefreshTokenContent): string
  /** The key that opens the tokens. */
  readonly privateKey: KeyObject
}

const header = Buffer.from('{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}').toString('base64url')

/**
 * `cty` says that a JWT is inside; an unsecured one (RFC 7519 §6) is enough where the envelope is encrypted.
 */
const innerHeader = Buffer.from('{"alg":"none"}').toString('base64url')

export function createRefreshTokenSeal(privateKey: KeyObject): RefreshTokenSeal {
  const contentKey = randomBytes(32)
  const wrappedKey = publicEncrypt(
    { key: createPublicKey(privateKey), padding: constants.RSA_PKCS1_OAEP_PADDING },
    contentKey,
  ).toString('base64url')
  const additionalData = Buffer.from(header)
  const nextIv = ivs()
  return {
    privateKey,
    seal(content) {
      const iv = nextIv()
      const cipher = createCipheriv('aes-256-gcm', contentKey, iv).setAAD(additionalData)
      const inner = `${innerHeader}.${Buffer.from(JSON.stringify(content)).toString('base64url')}.`
      const text = encode(cipher.update(inner))
      cipher.final() // GCM holds nothing back
      return `${header}.${wrappedKey}.${encode(iv)}.${text}.${encode(cipher.getAuthTag())}`
    },
  }
}

/** 96-bit IVs that never repeat under one key: a fixed field and a counter (NIST SP 800-38D §8.2.1). */
function ivs(): () => Buffer {
  const fixedField = randomBytes(4)
  let invocations = 0n
  return () => {
    const iv = Buffer.alloc(12)
    fixedField.copy(iv)
    iv.writeBigUInt64BE(invocations++, 4)
    return iv
  }
}

const encode = (bytes: Buffer): string => bytes.toString('base64url')
