// The other side of the login, as the BFF sees it: any OpenID Connect issuer. The only file that
// knows openid-client. State, nonce and PKCE S256 are always sent and always checked, whatever the
// discovery document says (Cognito's does not list its challenge methods). RFC 9700 §2.1.
import * as openid from 'openid-client'
import type { BffConfig } from './config.ts'
import { codeRefused, loginNotProven, providerUnavailable } from './problems.ts'
import { newSecret } from './secrets.ts'
import type { Tokens } from './sessions.ts'
import { type User, userFrom } from './user.ts'

/** What only the browser's return can answer correctly. */
export interface Expectation {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export interface IdentityProvider {
  /** Where to send a browser to log in, and what to expect when it comes back. */
  startLogin(callback: URL): Promise<Expectation & { readonly loginUrl: string }>
  /**
   * Turns the code in a callback into somebody who is proven to have logged in.
   *
   * @throws {Problem} `code_refused`, `login_not_proven` or `identity_provider_unavailable`.
   */
  finishLogin(callback: URL, expected: Expectation & { readonly returnTo: string }): Promise<Login>
  /** Where to send a browser to end its session at the provider too: Cognito's dialect, not OIDC's. */
  logoutUrl(landing: URL): Promise<string>
}

export interface Login {
  readonly user: User
  readonly tokens: Tokens
}

type ProviderConfig = Pick<BffConfig, 'issuer' | 'clientId' | 'clientSecret' | 'hostedDomain' | 'scopes'>

const timeoutSeconds = 5

/** How far the two clocks may be apart when a token says from when and until when it is good. */
const clockToleranceSeconds = 60

/**
 * A provider that is looked up by the first login, not before: the BFF starts without it, and a
 * look-up that failed is simply tried again by the next login.
 *
 * @example
 * const provider = identityProvider(readConfig(process.env))
 * const { loginUrl } = await provider.startLogin(new URL('http://localhost:9401/auth/callback'))
 */
export function identityProvider(config: ProviderConfig): IdentityProvider {
  const { issuer, clientId, clientSecret, hostedDomain, scopes } = config
  let found: Promise<openid.Configuration> | undefined

  function discovered(): Promise<openid.Configuration> {
    found ??= discover().catch((error) => {
      found = undefined
      throw providerUnavailable(discoveryUrl(issuer), inOneSentence(error))
    })
    return found
  }

  return {
    async startLogin(callback) {
      const provider = await discovered()
      const expected = { state: newSecret(), nonce: newSecret(), verifier: openid.randomPKCECodeVerifier() }
      const loginUrl = openid.buildAuthorizationUrl(provider, {
        redirect_uri: callback.href,
        scope: scopes.join(' '),
        state: expected.state,
        nonce: expected.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(expected.verifier),
        code_challenge_method: 'S256',
      })
      return { ...expected, loginUrl: loginUrl.href }
    },

    async finishLogin(callback, { state, nonce, verifier, returnTo }) {
      const provider = await discovered()
      try {
        const answer = await openid.authorizationCodeGrant(provider, callback, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
        })
        // With an expected nonce openid-client accepts no answer that lacks an ID token.
        const idToken = answer.claims() as openid.IDToken
        const userInfo = await openid.fetchUserInfo(provider, answer.access_token, idToken.sub)
        return {
          user: userFrom(idToken, userInfo),
          tokens: {
            accessToken: answer.access_token,
            idToken: answer.id_token as string,
            refreshToken: answer.refresh_token,
          },
        }
      } catch (error) {
        throw problemOf(error, provider, returnTo)
      }
    },

    async logoutUrl(landing) {
      const domain = hostedDomain ?? authorizationEndpoint(await discovered())
      const url = new URL('/logout', domain)
      url.search = new URLSearchParams({ client_id: clientId, logout_uri: landing.href }).toString()
      return url.href
    },
  }

  function discover() {
    const authentication = clientSecret ? openid.ClientSecretBasic(clientSecret) : openid.None()
    return openid.discovery(
      issuer,
      clientId,
      { [openid.clockTolerance]: clockToleranceSeconds },
      authentication,
      {
        timeout: timeoutSeconds,
        // The signature is checked even though the token came straight from the issuer: on loopback
        // there is no TLS that would vouch for it.
        execute: [
          openid.enableNonRepudiationChecks,
          ...(issuer.protocol === 'http:' ? [openid.allowInsecureRequests] : []),
        ],
      },
    )
  }
}

const discoveryUrl = (issuer: URL): string =>
  `${issuer.href.replace(/\/$/, '')}/.well-known/openid-configuration`

const authorizationEndpoint = (provider: openid.Configuration): string =>
  String(provider.serverMetadata().authorization_endpoint)

function problemOf(error: unknown, provider: openid.Configuration, returnTo: string) {
  const reason = inOneSentence(error)
  if (isSilence(error)) {
    return providerUnavailable(String(provider.serverMetadata().token_endpoint), reason, returnTo)
  }
  if (error instanceof openid.ResponseBodyError && error.error === 'invalid_grant') {
    return codeRefused(reason, returnTo)
  }
  return loginNotProven(reason, returnTo)
}

/** Whether nobody answered: `fetch` throws a TypeError for that, and a timeout has a code. */
const isSilence = (error: unknown): boolean =>
  error instanceof TypeError || (error instanceof openid.ClientError && error.code === 'OAUTH_TIMEOUT')

/** The message, and one cause: deeper ones may quote what was received, tokens and all. */
function inOneSentence(error: unknown): string {
  if (error instanceof openid.ResponseBodyError) {
    return [error.error, error.error_description].filter(Boolean).join(': ')
  }
  const { message, cause } = error as Error
  if (cause instanceof Response) return `${message} ${cause.status}`
  if (!(cause instanceof Error)) return message
  // The AggregateError of a host with two addresses has a code, but no message.
  const words = [cause.message, (cause as NodeJS.ErrnoException).code]
  return `${message} (${words.find((each) => each)})`
}
