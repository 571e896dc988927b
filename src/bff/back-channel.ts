// How the BFF speaks with the provider out of the browser's sight: how long it waits, what it repeats, by which
// name it goes there; and what a failure means.
import * as openid from 'openid-client'
import type { BffConfig } from './config.ts'
import type { ClientCredentials } from './credentials.ts'

const timeoutSeconds = 5

type Settings = Pick<
  BffConfig,
  'issuer' | 'backChannelOrigin' | 'clockToleranceSeconds' | 'tokenEndpointAuth'
>

export function backChannel({
  issuer,
  backChannelOrigin,
  clockToleranceSeconds,
  tokenEndpointAuth,
}: Settings) {
  /** What only asks may be asked once more; a code must not be sent twice, who knows what became of the first. */
  const send: openid.CustomFetch = async (url, request) => {
    const where = new URL(url)
    const target = backChannelOrigin
      ? new URL(where.pathname + where.search, backChannelOrigin).href
      : where.href
    try {
      return await fetch(target, request as RequestInit)
    } catch (error) {
      if (request.method !== 'GET' || !(error instanceof TypeError)) throw error
      return await fetch(target, request as RequestInit)
    }
  }

  const conditions = [
    // The signature is checked even though the token came straight from the issuer: on loopback
    // there is no TLS that would vouch for it.
    openid.enableNonRepudiationChecks,
    ...(issuer.protocol === 'http:' ? [openid.allowInsecureRequests] : []),
  ]

  const authentication = (secret: string | undefined) => {
    if (!secret) return openid.None()
    return tokenEndpointAuth === 'post' ? openid.ClientSecretPost(secret) : openid.ClientSecretBasic(secret)
  }

  return {
    discoveryUrl: `${issuer.href.replace(/\/$/, '')}/.well-known/openid-configuration`,

    async discover(): Promise<openid.ServerMetadata> {
      const found = await openid.discovery(issuer, 'any', undefined, openid.None(), {
        timeout: timeoutSeconds,
        execute: conditions,
        [openid.customFetch]: send,
      })
      return found.serverMetadata()
    },

    configuration(
      server: openid.ServerMetadata,
      { clientId, clientSecret }: ClientCredentials,
    ): openid.Configuration {
      const metadata = { [openid.clockTolerance]: clockToleranceSeconds }
      const configured = new openid.Configuration(server, clientId, metadata, authentication(clientSecret))
      configured.timeout = timeoutSeconds
      configured[openid.customFetch] = send
      for (const condition of conditions) condition(configured)
      return configured
    },

    /** @throws if Cognito refuses: the access token lacks the scope aws.cognito.signin.user.admin, say */
    async globalSignOut(accessToken: string): Promise<void> {
      const answer = await send(new URL('/', issuer).href, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'AWSCognitoIdentityProviderService.GlobalSignOut',
        },
        body: JSON.stringify({ AccessToken: accessToken }),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutSeconds * 1000),
      } as Parameters<openid.CustomFetch>[1])
      if (answer.ok) return
      const said = (await answer.json().catch(() => ({}))) as { __type?: string; message?: string }
      throw new Error(`GlobalSignOut: ${answer.status} ${said.__type ?? ''} ${said.message ?? ''}`.trim())
    },
  }
}

/** Whether nobody answered: `fetch` throws a TypeError for that, and a timeout has a code. */
export const isSilence = (error: unknown): boolean =>
  error instanceof TypeError || (error instanceof openid.ClientError && error.code === 'OAUTH_TIMEOUT')

/** Whether nothing was asked yet: what the browser came back with is no answer to an authorization request. */
export function isOfCallback(error: unknown): boolean {
  const { parameters, cause } = Object(error) as { parameters?: unknown; cause?: unknown }
  return parameters instanceof URLSearchParams || (cause !== undefined && isOfCallback(cause))
}

/** Whether it was the client that was refused, before anything else was looked at. RFC 6749 §5.2 */
export const isClientRefused = (error: unknown): boolean =>
  error instanceof openid.ResponseBodyError
    ? error.error === 'invalid_client'
    : error instanceof openid.WWWAuthenticateChallengeError && error.status === 401

/** Whether an access token is not taken any more. RFC 6750 §3.1 */
export const isTokenRefused = (error: unknown): boolean => answerTo(error)?.status === 401

/** What the provider answered, if it was an answer that failed. */
const answerTo = (error: unknown): Response | undefined => {
  const { response, cause } = error as { response?: unknown; cause?: unknown }
  return [response, cause].find((each) => each instanceof Response)
}

/** When to come back, if the provider says that there is too much going on. */
export function tooBusySeconds(error: unknown): number | undefined {
  const answer = answerTo(error)
  if (answer?.status !== 429 && answer?.status !== 503) return undefined
  return Number(answer.headers.get('retry-after')) || 5
}

/** The message, and one cause: deeper ones may quote what was received, tokens and all. */
export function inOneSentence(error: unknown): string {
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
