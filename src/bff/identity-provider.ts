// The other side of the login, as the BFF sees it: any OpenID Connect issuer. The only file that
// knows openid-client. State, nonce and PKCE S256 are always sent and always checked, whatever the
// discovery document says (Cognito's does not list its challenge methods). RFC 9700 §2.1.
import * as openid from 'openid-client'
import {
  backChannel,
  inOneSentence,
  isClientRefused,
  isOfCallback,
  isSilence,
  isTokenRefused,
  tooBusySeconds,
} from './back-channel.ts'
import type { Clock } from './clock.ts'
import type { BffConfig } from './config.ts'
import type { ClientCredentials, CredentialSource } from './credentials.ts'
import type { PendingLogin } from './pending.ts'
import {
  callbackRefused,
  codeRefused,
  loginNotProven,
  providerBusy,
  providerUnavailable,
} from './problems.ts'
import { newSecret } from './secrets.ts'
import type { Login, Tokens } from './sessions.ts'
import { type Claims, type Known, learn } from './user.ts'

/** What only the browser's return can answer correctly. */
export type Expectation = Pick<PendingLogin, 'clientId' | 'nonce' | 'verifier' | 'callback'>

/** What a refresh brings. */
export interface Renewed {
  readonly tokens: Tokens
  readonly idToken: Claims | undefined
}

export type IdentityProvider = ReturnType<typeof identityProvider>

/** `invalid_grant`: revoked, expired, or of somebody who may not log in any more. */
export class RefreshRefused extends Error {
  override readonly name = 'RefreshRefused'
}

/**
 * A provider that is looked up by the first login, not before: the BFF starts without it, and a
 * look-up that failed is simply tried again by the next login.
 *
 * @example
 * const provider = identityProvider(config, credentials, systemClock)
 * const { loginUrl } = await provider.startLogin(new URL('http://localhost:9401/auth/callback'))
 */
export function identityProvider(config: BffConfig, credentials: CredentialSource, clock: Clock) {
  const channel = backChannel(config)
  let found: Promise<openid.ServerMetadata> | undefined
  let looking: Promise<unknown> | undefined
  let keys: openid.ExportedJWKSCache | undefined

  const discover = () =>
    channel.discover().catch((error) => {
      throw providerUnavailable(channel.discoveryUrl, inOneSentence(error))
    })

  function metadata(): Promise<openid.ServerMetadata> {
    found ??= discover().catch((error) => {
      found = undefined
      throw error
    })
    return found
  }

  async function as(client: ClientCredentials): Promise<openid.Configuration> {
    const configuration = channel.configuration(await metadata(), client)
    if (keys) openid.setJwksCache(configuration, keys)
    return configuration
  }

  /**
   * openid-client looks for a key that it does not know once its keys are a minute old, and what it cannot verify it does
   * not hand out: not even a new refresh token in the place of a used one. So keys that have proved good count as that
   * old at once. Those that have not do not: an issuer that does not publish its key is not asked for it each time.
   */
  async function verifying<T>(
    client: ClientCredentials,
    ask: (as: openid.Configuration) => Promise<T>,
  ): Promise<T> {
    const configuration = await as(client)
    let oldEnough = 0
    try {
      const answer = await ask(configuration)
      oldEnough = keySeconds
      return answer
    } finally {
      const used = openid.getJwksCache(configuration)
      // By the clock of the machine: openid-client has no other, and compares with that.
      if (used) keys = { ...used, uat: Math.min(used.uat, Math.floor(Date.now() / 1000) - oldEnough) }
    }
  }

  /**
   * Asks with the newest secret of a client id, and with an older one if that is not known there (yet). Such a
   * refusal comes before anything is used up, so this repeats nothing that has happened.
   */
  async function asClient<T>(clientId: string, ask: (as: openid.Configuration) => Promise<T>): Promise<T> {
    let refusal: unknown = new RefreshRefused(`no credentials are known of client ${clientId}`)
    for (const each of credentials.of(clientId)) {
      try {
        return await verifying(each, ask)
      } catch (error) {
        if (!isClientRefused(error)) throw error
        refusal = error
      }
    }
    throw refusal
  }

  async function knownOf(idToken: openid.IDToken, accessToken: string, clientId: string): Promise<Known> {
    const proven = learn(undefined, 'idToken', idToken)
    const ask =
      config.userInfo === 'always' || (config.userInfo === 'if-missing' && idToken.email === undefined)
    return ask ? learn(proven, 'userInfo', await userInfo(clientId, accessToken, idToken.sub)) : proven
  }

  /** Here the token alone proves something, so anybody may ask. */
  const userInfo = async (clientId: string, accessToken: string, sub: string) =>
    openid.fetchUserInfo(await as({ clientId, clientSecret: undefined }), accessToken, sub)

  function tokensOf(answer: openid.TokenEndpointResponse): Tokens {
    const seconds = answer.expires_in ?? unknownExpirySeconds
    const accessExpiresAt = clock.now().getTime() + seconds * 1000
    return {
      accessToken: answer.access_token,
      accessExpiresAt,
      refreshAt: accessExpiresAt - Math.min(aheadSeconds, seconds / 2) * 1000,
      refreshToken: answer.refresh_token,
    }
  }

  return {
    /** Where to send a browser to log in, and what to expect when it comes back. */
    async startLogin(callback: URL, hints: Readonly<Record<string, string>> = {}) {
      const current = credentials.current()
      const state = newSecret()
      const [nonce, verifier] = [newSecret(), openid.randomPKCECodeVerifier()]
      const loginUrl = openid.buildAuthorizationUrl(await as(current), {
        ...hints,
        redirect_uri: callback.href,
        scope: config.scopes.join(' '),
        state,
        nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      const expected = { clientId: current.clientId, nonce, verifier, callback: callback.href }
      return { loginUrl: loginUrl.href, state, expected }
    },

    /**
     * Turns the query of a callback into somebody who is proven to have logged in.
     *
     * @throws {Problem} `callback_refused`, `code_refused`, `login_not_proven` or `identity_provider_unavailable`.
     */
    async finishLogin(
      query: URLSearchParams,
      state: string,
      { clientId, nonce, verifier, callback }: Expectation,
      returnTo: string,
    ): Promise<Login> {
      const received = new URL(callback)
      received.search = query.toString()
      try {
        const answer = await asClient(clientId, (client) =>
          openid.authorizationCodeGrant(client, received, {
            expectedState: state,
            expectedNonce: nonce,
            pkceCodeVerifier: verifier,
          }),
        )
        // With an expected nonce openid-client accepts no answer that lacks an ID token.
        const idToken = answer.claims() as openid.IDToken
        const known = await knownOf(idToken, answer.access_token, clientId)
        const authTime = idToken.auth_time ?? Math.floor(clock.now().getTime() / 1000)
        return { clientId, ...known, authTime, tokens: tokensOf(answer) }
      } catch (error) {
        const reason = inOneSentence(error)
        if (isOfCallback(error)) throw callbackRefused(reason, returnTo)
        const { token_endpoint } = await metadata()
        if (isSilence(error)) throw providerUnavailable(String(token_endpoint), reason, returnTo)
        const busySeconds = tooBusySeconds(error)
        if (busySeconds !== undefined) throw providerBusy(busySeconds, returnTo)
        if (isInvalidGrant(error)) throw codeRefused(reason, returnTo)
        throw loginNotProven(reason, returnTo)
      }
    },

    /**
     * New tokens, and what they say of the person now, if they say anything.
     *
     * @throws {RefreshRefused} if the provider does not want to go on with this login
     * @throws {Problem} `identity_provider_busy` or `identity_provider_unavailable`
     */
    async refresh({ clientId, user, tokens }: Login): Promise<Renewed> {
      try {
        const answer = await asClient(clientId, (client) =>
          openid.refreshTokenGrant(client, tokens.refreshToken as string),
        )
        const idToken = answer.claims()
        if (idToken && idToken.sub !== user.sub)
          throw new RefreshRefused('the new ID token is of somebody else')
        return {
          idToken,
          tokens: { ...tokensOf(answer), refreshToken: answer.refresh_token ?? tokens.refreshToken },
        }
      } catch (error) {
        if (error instanceof RefreshRefused) throw error
        if (isInvalidGrant(error)) throw new RefreshRefused(inOneSentence(error))
        const busySeconds = tooBusySeconds(error)
        if (busySeconds !== undefined) throw providerBusy(busySeconds)
        const { token_endpoint } = await metadata()
        throw providerUnavailable(String(token_endpoint), inOneSentence(error))
      }
    },

    /** What userInfo says of the person now; undefined if it does not take the token any more. @throws if it cannot say */
    async userNow({ clientId, user, tokens }: Login): Promise<Claims | undefined> {
      try {
        return await userInfo(clientId, tokens.accessToken, user.sub)
      } catch (error) {
        if (isTokenRefused(error)) return undefined
        throw error
      }
    },

    /** Ends the refresh token, and the access tokens that came of it. RFC 7009. @throws if that did not work */
    async revoke({ clientId, tokens: { refreshToken } }: Pick<Login, 'clientId' | 'tokens'>): Promise<void> {
      const { revocation_endpoint } = await metadata()
      if (!refreshToken || !revocation_endpoint) return
      await asClient(clientId, (client) => openid.tokenRevocation(client, refreshToken))
    },

    /** Cognito's GlobalSignOut: every app of the pool. @throws if that did not work */
    signOutEverywhere: (tokens: Tokens) => channel.globalSignOut(tokens.accessToken),

    /** Where to send a browser to end its session at the provider too: Cognito's dialect, not OIDC's. */
    async logoutUrl(landing: URL): Promise<string> {
      const domain = config.hostedDomain ?? String((await metadata()).authorization_endpoint)
      const url = new URL('/logout', domain)
      const { clientId } = credentials.current()
      url.search = new URLSearchParams({ client_id: clientId, logout_uri: landing.href }).toString()
      return url.href
    },

    /** Whether the provider is there now, whatever is remembered. @throws {Problem} `identity_provider_unavailable` */
    async lookUp(): Promise<void> {
      looking ??= discover().finally(() => {
        looking = undefined
      })
      await looking
    },
  }
}

const isInvalidGrant = (error: unknown): boolean =>
  error instanceof openid.ResponseBodyError && error.error === 'invalid_grant'

/** As old as keys have to be before an unknown one is looked for. */
const keySeconds = 60

/** How long before its end an access token is renewed, unless it lives so short that this would be its middle. */
const aheadSeconds = 60

/** An answer without `expires_in` promises nothing (RFC 6749 §5.1): asked for again in good time. */
const unknownExpirySeconds = 300
