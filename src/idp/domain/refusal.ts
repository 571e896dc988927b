// Every way to say no. The message of a refusal is a sentence for the log, written for the stranger whose
// request it was; what the wire says is as terse as Cognito. Handlers and checks throw these; only a scope
// (see plugins/voices) turns one into an answer.
//
// A refusal at the authorize endpoint is one of two kinds, and they are two types on purpose: until the
// client and its redirect URI are proven nothing may be sent to that URI, so the browser stays here
// (PageRefusal); afterwards the app is told (CallbackRefusal).
import type { RuleId } from './rules.ts'

export abstract class Refusal extends Error {
  /** The row of the rules table that did not hold; set where the check is made. */
  rule: RuleId | undefined
  /** What the wire says, in a word, for the journal. */
  abstract readonly wireCode: string
}

/**
 * The codes that the token and userInfo endpoints use, and the status that goes with each (400, even for
 * invalid_client).
 */
const statusOf = {
  invalid_request: 400,
  invalid_client: 400,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  unsupported_token_type: 400,
  invalid_scope: 400,
  invalid_token: 401,
  insufficient_scope: 403,
} as const

export type OAuthErrorCode = keyof typeof statusOf

/** Answered as `{"error":…}` by the back-channel endpoints (RFC 6749 §5.2). */
export class OAuthError extends Refusal {
  readonly code: OAuthErrorCode
  status: number
  description: string | undefined
  /** Whether the answer says it in a WWW-Authenticate header too, as the userInfo endpoint does. */
  isChallenge = false

  constructor(code: OAuthErrorCode, reason: string, description?: string) {
    super(reason)
    this.code = code
    this.status = statusOf[code]
    this.description = description
  }

  get wireCode(): string {
    return this.code
  }

  /** The same refusal as the userInfo endpoint says it, in a header too. */
  asChallenge(): this {
    this.isChallenge = true
    return this
  }

  /** The same refusal as an endpoint says it that answers 401, without a description. */
  unauthorized(): this {
    this.status = 401
    this.description = undefined
    return this
  }
}

export const invalidRequest = (reason: string, description?: string): OAuthError =>
  new OAuthError('invalid_request', reason, description)
export const invalidClient = (reason: string, description?: string): OAuthError =>
  new OAuthError('invalid_client', reason, description)
export const invalidGrant = (reason: string): OAuthError => new OAuthError('invalid_grant', reason)
export const unauthorizedClient = (reason: string, description?: string): OAuthError =>
  new OAuthError('unauthorized_client', reason, description)
export const unsupportedGrantType = (reason: string): OAuthError =>
  new OAuthError('unsupported_grant_type', reason)
export const invalidScope = (reason: string): OAuthError => new OAuthError('invalid_scope', reason)
export const unsupportedTokenType = (reason: string): OAuthError =>
  new OAuthError('unsupported_token_type', reason)
export const invalidToken = (reason: string, description: string): OAuthError =>
  new OAuthError('invalid_token', reason, description).asChallenge()

/** The request never reached the protocol: wrong method or content type. Answered with a bare status. */
export class BareRefusal extends Refusal {
  readonly status: number

  constructor(status: number, reason: string) {
    super(reason)
    this.status = status
  }

  get wireCode(): string {
    return String(this.status)
  }
}

export const methodNotAllowed = (reason: string): BareRefusal => new BareRefusal(405, reason)

/**
 * What was sent, what is registered, and which of those comes nearest: the developer's panel of the error
 * page.
 */
export interface Comparison {
  readonly parameter: string
  readonly sent: string
  readonly registered: readonly string[]
}

/** Shown by the hosted pages, at `/error` or in place; the browser goes nowhere else. */
export class PageRefusal extends Refusal {
  /** Cognito's text for it, the value of `error` in the query. */
  readonly text: string
  readonly clientId: string | undefined
  readonly comparison: Comparison | undefined
  /** Whether the error page gets the query of the request, instead of the text. */
  readonly repeatsQuery: boolean

  constructor(
    text: string,
    reason: string,
    more: { clientId?: string; comparison?: Comparison; repeatsQuery?: boolean } = {},
  ) {
    super(reason)
    this.text = text
    this.clientId = more.clientId
    this.comparison = more.comparison
    this.repeatsQuery = more.repeatsQuery ?? false
  }

  get wireCode(): string {
    return this.text
  }
}

/** A form post that did not come from our own page: answered in place, with 403. */
export class ForgedPost extends Refusal {
  get wireCode(): string {
    return 'forbidden'
  }
}

/** Managed login has nothing to show for a client without a branding style. */
export class PagesUnavailable extends Refusal {
  get wireCode(): string {
    return 'forbidden'
  }
}

/** Sent to the app's own redirect URI, which has been proven to be the client's. */
export class CallbackRefusal extends Refusal {
  /** The redirect URI with the error behind it. */
  readonly location: string
  readonly error: string
  readonly description: string | undefined

  constructor(location: string, error: string, description: string | undefined, reason: string) {
    super(reason)
    this.location = location
    this.error = error
    this.description = description
  }

  get wireCode(): string {
    return this.description ?? this.error
  }
}

/** The exceptions of Cognito's API for a function that fails. */
export type LambdaException =
  | 'UserLambdaValidationException'
  | 'UnexpectedLambdaException'
  | 'InvalidLambdaResponseException'

/** A function that stands in for a Lambda trigger failed, or answered what cannot be used. */
export class TriggerFailure extends Refusal {
  readonly exception: LambdaException
  /** What Cognito says of it. */
  readonly text: string

  constructor(exception: LambdaException, text: string, reason: string) {
    super(reason)
    this.exception = exception
    this.text = text
  }

  get wireCode(): string {
    return this.exception
  }

  /** The same failure, its reason continuing a sentence that says which function it was. */
  after(beginning: string): TriggerFailure {
    return new TriggerFailure(this.exception, this.text, `${beginning} ${this.message}`)
  }
}

/** Only a user pool with a domain has such an endpoint: answered with 400, as the issuer host's API would. */
export class NoDomain extends Refusal {
  get wireCode(): string {
    return 'no_domain'
  }
}

/** A user pool, or a path, that is not there. */
export class NotFound extends Refusal {
  get wireCode(): string {
    return 'not_found'
  }
}

/** The server was addressed by a name that it was not told about. */
export class MisdirectedRequest extends Refusal {
  get wireCode(): string {
    return 'misdirected_request'
  }
}
