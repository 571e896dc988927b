// Everything that can go wrong for a person who uses the BFF, each as one sentence-like function.
// Routes throw them; plugins/speak.ts alone turns them into a page or JSON. `reason` is for the log.

interface ProblemFacts {
  readonly status: number
  /** Machine-readable name, the `error` of a JSON answer. */
  readonly code: string
  readonly title: string
  /** What happened and what to do next, for the person in front of the browser. */
  readonly message: string
  /** What the identity provider said about it, word for word. */
  readonly quote?: string
  /** Where "Try again" leads after the login; without it there is nothing to try again. */
  readonly retryReturnTo?: string
  /** When to come back. */
  readonly retryAfterSeconds?: number
  /** Why there is no session any more, for the script that asked. */
  readonly ended?: string
  /** Where the browser goes instead of showing it: back to the app that began the login. */
  readonly continueAt?: string
  /** What a developer needs to fix it. Logged, never sent. */
  readonly reason: string
}

/** A refusal that has a wording of its own. Anything else that is thrown is a bug, and answers 500. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly facts: ProblemFacts

  constructor(facts: ProblemFacts) {
    super(`${facts.code}: ${facts.reason}`)
    this.facts = facts
  }
}

/** The callback belongs to no login of this browser: forged, replayed or too old. RFC 6749 §10.12. */
export const loginNotStartedHere = () =>
  new Problem({
    status: 400,
    code: 'login_not_started_here',
    title: 'This log-in cannot be completed',
    message:
      'It was not started in this browser, was already used, or took longer than ten minutes. ' +
      'You may already be logged in; if not, please start again.',
    retryReturnTo: '/',
    reason: 'no pending login has this state together with the binding cookie of this browser',
  })

/** The identity provider sent the browser back with `error=`. RFC 6749 §4.1.2.1. */
export const loginDeclined = (error: string, description: string | undefined, retryReturnTo: string) =>
  new Problem({
    status: error === 'temporarily_unavailable' ? 503 : 400,
    code: 'login_declined',
    title:
      error === 'access_denied' ? 'The log-in was cancelled' : 'The identity provider declined the log-in',
    message: declineMessages.get(error) ?? 'The identity provider could not log you in. Nothing was changed.',
    ...(description && { quote: description.slice(0, 300) }),
    retryReturnTo,
    reason: `the identity provider answered the authorization request with ${JSON.stringify(error.slice(0, 100))}`,
  })

const declineMessages = new Map([
  ['access_denied', 'You, or the identity provider, did not allow the log-in. Nothing was changed.'],
  ['login_required', 'The identity provider wants you to enter your password again.'],
  ['temporarily_unavailable', 'The identity provider is busy. Please try again in a moment.'],
  ['invalid_scope', 'The identity provider does not allow what this application asks for.'],
  ['unauthorized_client', 'The identity provider does not let this application log anybody in.'],
])

/** The callback is of a login of this browser, and no answer to it. RFC 6749 §4.1.2, RFC 9207 §2.4 */
export const callbackRefused = (reason: string, retryReturnTo: string) =>
  new Problem({
    status: 400,
    code: 'callback_refused',
    title: 'This log-in cannot be completed',
    message: 'The address that you came back with is incomplete, or not of this identity provider.',
    retryReturnTo,
    reason: `the callback cannot be used: ${reason}`,
  })

/** The token endpoint refused the code itself. RFC 6749 §5.2, `invalid_grant`. */
export const codeRefused = (reason: string, retryReturnTo: string) =>
  new Problem({
    status: 400,
    code: 'code_refused',
    title: 'This log-in took too long',
    message: 'The identity provider no longer accepts it. Please start again.',
    retryReturnTo,
    reason: `the token endpoint refused the code: ${reason}`,
  })

/** The identity provider does not answer, or not as an identity provider. */
export const providerUnavailable = (tried: string, reason: string, retryReturnTo = '/') =>
  new Problem({
    status: 503,
    code: 'identity_provider_unavailable',
    title: 'The identity provider cannot be reached',
    message: `Please try again in a moment. Tried ${tried}; the log says what happened.`,
    retryReturnTo,
    reason: `${tried}: ${reason}`,
  })

/** The identity provider asks to be left alone for a while. */
export const providerBusy = (retryAfterSeconds: number, retryReturnTo = '/') =>
  new Problem({
    status: 503,
    code: 'identity_provider_busy',
    title: 'The identity provider is busy',
    message: 'It has too much to do, or is in trouble, and is left alone for a while. Please try again then.',
    retryReturnTo,
    retryAfterSeconds,
    reason: `it is left alone for ${retryAfterSeconds} s`,
  })

/** It answered, and the answer does not prove who logged in. OpenID Connect Core §3.1.3.7, §5.3.2. */
export const loginNotProven = (reason: string, retryReturnTo: string) =>
  new Problem({
    status: 502,
    code: 'login_not_proven',
    title: 'The log-in could not be verified',
    message:
      'The identity provider gave an answer that does not prove who you are, so you were not logged in.',
    retryReturnTo,
    reason,
  })

/** `returnTo` leads away from this origin, or might. */
export const unsafeReturnTo = () =>
  new Problem({
    status: 400,
    code: 'unsafe_return_to',
    title: 'This link cannot be used',
    message: 'It asks to continue at a place outside this application after the log-in.',
    retryReturnTo: '/',
    reason: 'returnTo must be a path of this origin that begins with one slash and is not below /auth/',
  })

/** A browser that only guesses that somebody may click must not begin a login. */
export const prefetchRefused = () =>
  new Problem({
    status: 403,
    code: 'prefetch_refused',
    title: 'Not while prefetching',
    message: 'A log-in begins when somebody asks for it.',
    reason: 'the browser announced a prefetch (Sec-Purpose), which must not begin a login',
  })

/** Nothing proves that a page of this origin sent the request. */
export const crossSiteRequest = (proof: string) =>
  new Problem({
    status: 403,
    code: 'cross_site_request',
    title: 'This request came from somewhere else',
    message: 'For your safety only the pages of this application may ask for that.',
    reason: `needs the header ${proof}`,
  })

/** A script asked for something that takes a session; its page knows what to do: no redirect that a fetch would follow. */
export const loginRequired = (ended?: string) =>
  new Problem({
    status: 401,
    code: 'login_required',
    title: 'Please log in',
    message: 'This takes somebody who is logged in.',
    retryReturnTo: '/',
    ...(ended && { ended }),
    reason: ended
      ? `the session is over: ${ended}`
      : 'no cookie and no Bearer token of a session that exists',
  })

export const conflictingSessions = () =>
  new Problem({
    status: 400,
    code: 'conflicting_sessions',
    title: 'Two sessions at once',
    message: 'The request carries a cookie and an Authorization header, of two different sessions.',
    reason: 'a client uses the cookie or the Bearer token, never both',
  })

export const unsafeApiPath = () =>
  new Problem({
    status: 400,
    code: 'unsafe_path',
    title: 'This path cannot be used',
    message: 'It could mean different things to different readers.',
    reason: 'dots, empty segments, backslashes, control characters and encoded slashes are not passed on',
  })

export const apiUnavailable = (reason: string) =>
  new Problem({
    status: 502,
    code: 'api_unavailable',
    title: 'The service behind this application does not answer',
    message: 'Please try again in a moment.',
    reason,
  })

export const notFound = () =>
  new Problem({
    status: 404,
    code: 'not_found',
    title: 'There is nothing here',
    message: 'The address may be mistyped, or the page may have moved.',
    reason: 'no route has this method and path',
  })

/** A request that Fastify refused before any handler saw it. */
export const badRequest = (status: number, reason: string) =>
  new Problem({
    status,
    code: 'bad_request',
    title: 'This request cannot be understood',
    message: 'It is incomplete, or not in the form that is expected here.',
    reason,
  })

export const ourFault = () =>
  new Problem({
    status: 500,
    code: 'internal_error',
    title: 'Something went wrong here',
    message: 'This is not your fault. Please try again later.',
    reason: 'unexpected error',
  })
