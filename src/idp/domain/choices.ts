// Where AWS's pages disagree with one another or with what was observed, or say nothing at all: what is done
// here, what can be switched on instead, and why the one and not the other. A switch belongs to a world (the
// fixture, `--switch`, `startMocknito({ switches })`); every one that is not at its default is printed at the
// start. docs/compatibility.md is generated from this table.
import { nearest } from './redirect-uri.ts'
import type { Grade, RuleId } from './rules.ts'

export interface Choice {
  /** The endpoint whose behaviour it is, as a path. */
  readonly endpoint: string
  /** What is to be decided, as a sentence. */
  readonly sentence: string
  /** Every answer by its name, with what it means on the wire. */
  readonly values: Readonly<Record<string, string>>
  /** The name of the answer that is given unless told otherwise. */
  readonly default: string
  /** How sure we are of the default. */
  readonly grade: Grade
  /** What speaks for the default, and where the others come from. */
  readonly source: string
  /** The rule whose refusal it decides, if it is one. */
  readonly rule?: RuleId
}

export const choices = {
  'scope-not-allowed': {
    endpoint: '/oauth2/authorize',
    sentence: 'What a request for a scope that the client does not have leads to.',
    values: {
      invalid_request: 'a redirect with error_description=invalid_scope and error=invalid_request',
      invalid_scope: 'a redirect with error=invalid_scope',
      'error-page': '/error?error=invalid_scope&client_id=…',
      ignored: 'a login with the scopes that are left; if none is left, as invalid_request',
    },
    default: 'invalid_request',
    grade: 'SEEN',
    source:
      'several observed redirects; AWS documents invalid_scope on one page, “ignored” on two, and the error page was seen once',
    rule: 'authorize.scope-allowed',
  },
  'flow-not-allowed': {
    endpoint: '/oauth2/authorize',
    sentence: 'What a response_type that the client does not have is called.',
    values: {
      invalid_request: 'error_description=unauthorized_client and error=invalid_request',
      unauthorized_client: 'error=unauthorized_client',
    },
    default: 'invalid_request',
    grade: 'SEEN',
    source: 'observed, in the query and in the fragment; AWS documents error=unauthorized_client',
    rule: 'authorize.response-type-allowed',
  },
  'redirected-error-order': {
    endpoint: '/oauth2/authorize',
    sentence: 'The order of the keys of an error that the app is told.',
    values: {
      'description-first': 'error_description, state, error',
      'error-first': 'error, error_description, state',
    },
    default: 'description-first',
    grade: 'SEEN',
    source: 'observed redirects; AWS lists error first (and login_required is always in that order)',
  },
  'implicit-fragment': {
    endpoint: '/oauth2/authorize',
    sentence: 'How the fragment of the implicit grant ends.',
    values: {
      'token-type-last': '…&expires_in=3600&token_type=Bearer',
      'token-type-first': '…&token_type=bearer&expires_in=3600',
    },
    default: 'token-type-last',
    grade: 'GUESS',
    source: 'two pages of AWS disagree: that of managed login has the first, that of the endpoint the second',
  },
  'http-callbacks': {
    endpoint: '/oauth2/authorize',
    sentence: 'For which names a callback or sign-out URL may be http.',
    values: {
      loopback: 'localhost, 127.0.0.1 and [::1]',
      'localhost-only': 'localhost; a world with another one is refused',
    },
    default: 'loopback',
    grade: 'SEEN',
    source: 'a newer text of AWS, as somebody cites it; an older page has localhost only',
  },
  'logout-without-target': {
    endpoint: '/logout',
    sentence: 'Whether the session ends although the request leads to the error page.',
    values: { 'signs-out': 'the session is over', 'keeps-session': 'the session goes on' },
    default: 'signs-out',
    grade: 'SEEN',
    source: 'a report of 2026 says it is over, one of 2018 says it is not; the newer one is followed',
  },
  'logout-uri': {
    endpoint: '/logout',
    sentence: 'Which URLs logout_uri may name.',
    values: {
      'sign-out-urls': 'the sign-out URLs of the client',
      'callback-urls-too': 'its sign-out URLs and its callback URLs',
    },
    default: 'sign-out-urls',
    grade: 'DOC',
    source: 'AWS: logout endpoint, which also says to register a sign-in page there as a callback URL',
    rule: 'logout.target',
  },
  'client-missing': {
    endpoint: '/oauth2/token',
    sentence: 'What a request that names no client at all is answered with.',
    values: { invalid_request: '400 invalid_request', invalid_client: '400 invalid_client' },
    default: 'invalid_request',
    grade: 'GUESS',
    source: 'not established; a required parameter is missing',
    rule: 'client.given',
  },
  'token-query': {
    endpoint: '/oauth2/token',
    sentence: 'Whether parameters in the query count beside those of the form.',
    values: { ignored: 'only the form counts', merged: 'both count, as one form' },
    default: 'ignored',
    grade: 'DOC',
    source: 'AWS: token endpoint, parameters are in the body; one client library had success with the query',
  },
  'failed-exchange': {
    endpoint: '/oauth2/token',
    sentence: 'What an exchange that fails does to its code.',
    values: {
      'spends-code': 'the code is used up by the first attempt of an authenticated client',
      'keeps-code': 'the code can be tried again until it expires',
    },
    default: 'spends-code',
    grade: 'SEEN',
    source: 'one answer on re:Post; not documented',
  },
  'code-of-another-client': {
    endpoint: '/oauth2/token',
    sentence: 'What a client is told that presents the code of another one.',
    values: { invalid_grant: '400 invalid_grant', unauthorized_client: '400 unauthorized_client' },
    default: 'invalid_grant',
    grade: 'GUESS',
    source: 'RFC 6749 §5.2; not established',
    rule: 'code.client',
  },
  'redirect-mismatch': {
    endpoint: '/oauth2/token',
    sentence: 'How the refusal of another redirect_uri is described.',
    values: {
      invalid_redirect: '400 unauthorized_client with error_description=invalid_redirect',
      'no-description': '400 unauthorized_client',
    },
    default: 'invalid_redirect',
    grade: 'DOC',
    source: 'AWS: token endpoint, text of 2026; the bare form was observed in 2018',
    rule: 'code.redirect-uri',
  },
  'pkce-failure': {
    endpoint: '/oauth2/token',
    sentence: 'What a missing or wrong code_verifier is answered with.',
    values: { invalid_grant: '400 invalid_grant', invalid_request: '400 invalid_request' },
    default: 'invalid_grant',
    grade: 'GUESS',
    source: 'RFC 7636 §4.6; not established',
    rule: 'pkce.verifier',
  },
  'machine-scope-not-allowed': {
    endpoint: '/oauth2/token',
    sentence: 'What happens to a machine that asks for a scope that its client does not have.',
    values: {
      invalid_scope: '400 invalid_scope',
      ignored: 'a token with the scopes that are left; if none is left, 400 invalid_scope',
    },
    default: 'invalid_scope',
    grade: 'SEEN',
    source: 'observed body; AWS documents that such a scope is ignored',
    rule: 'token.machine-scope',
  },
  'custom-attributes': {
    endpoint: '/oauth2/token',
    sentence: 'Whether a client without ReadAttributes can read custom attributes.',
    values: { readable: 'it can read everything', hidden: 'it can read the standard attributes' },
    default: 'readable',
    grade: 'DOC',
    source:
      'AWS: app clients; the API reference names the standard attributes only, and an older page says that custom ones have to be granted',
  },
  'profile-scope': {
    endpoint: '/oauth2/token',
    sentence: 'What the scope profile lets out, in the ID token and at userInfo.',
    values: {
      'profile-attributes': 'name, picture, locale and their like, and custom attributes',
      'all-attributes': 'whatever the client can read',
    },
    default: 'profile-attributes',
    grade: 'DOC',
    source: 'AWS: userInfo endpoint; the pages on scopes and app clients say “all readable attributes”',
  },
  'user-info-post': {
    endpoint: '/oauth2/userInfo',
    sentence: 'Whether a POST is answered.',
    values: { answered: 'as a GET', refused: '405, no body' },
    default: 'answered',
    grade: 'GUESS',
    source: 'OpenID Connect Core §5.3.1; AWS documents GET only',
    rule: 'userinfo.form',
  },
  'user-info-error-body': {
    endpoint: '/oauth2/userInfo',
    sentence: 'Whether the body of a refusal repeats what its WWW-Authenticate header says.',
    values: { json: '{"error":…,"error_description":…}', empty: 'no body' },
    default: 'json',
    grade: 'GUESS',
    source: 'AWS shows the header only; clients evidently read a code and a description',
  },
  'user-info-without-openid': {
    endpoint: '/oauth2/userInfo',
    sentence: 'What an access token without openid is answered with.',
    values: { invalid_token: '401 invalid_token', insufficient_scope: '403 insufficient_scope' },
    default: 'invalid_token',
    grade: 'SEEN',
    source: 'observed code and description, the status is a GUESS; RFC 6750 §3.1 has the other',
    rule: 'userinfo.openid',
  },
  'basic-profile': {
    endpoint: '/oauth2/userInfo',
    sentence: 'What comes with email or phone, which AWS calls the basic profile.',
    values: { 'sub-and-username': 'sub and username', sub: 'sub alone' },
    default: 'sub-and-username',
    grade: 'GUESS',
    source: 'AWS: userInfo endpoint does not say what it is; the example of the page on scopes has sub alone',
  },
  'revoke-of-another-client': {
    endpoint: '/oauth2/revoke',
    sentence: 'What a client is told that revokes the refresh token of another one; nothing is revoked.',
    values: { unauthorized_client: '400 unauthorized_client', ignored: '200, as for any unknown token' },
    default: 'unauthorized_client',
    grade: 'GUESS',
    source: 'AWS: the issuing client must be used, code not established; RFC 7009 §2.2 would allow the other',
    rule: 'revoke.client',
  },
  'revoke-secret-in-body': {
    endpoint: '/oauth2/revoke',
    sentence: 'Whether a confidential client may send its secret in the body.',
    values: { accepted: 'as at the token endpoint', refused: '401 invalid_client' },
    default: 'accepted',
    grade: 'SEEN',
    source: 'used in the wild; AWS documents the Authorization header only',
    rule: 'client.secret',
  },
  cors: {
    endpoint: 'every endpoint',
    sentence: 'Which endpoints of the domain a page of another origin may read.',
    values: {
      'token-user-info-revoke': '/oauth2/token, /oauth2/userInfo and /oauth2/revoke',
      'token-only': '/oauth2/token',
    },
    default: 'token-user-info-revoke',
    grade: 'DOC',
    source: 'AWS: managed login endpoints; the pages of userInfo and revoke do not say so themselves',
  },
  'hook-of-code-grant': {
    endpoint: '/login, /oauth2/authorize, /oauth2/token',
    sentence: 'When the pre-token-generation hook is asked about a login with a code.',
    values: {
      'sign-in': 'while the user signs in, before there is a code; its failure is told to the callback',
      exchange: 'when the code is exchanged; its failure is told to the token endpoint',
    },
    default: 'sign-in',
    grade: 'DOC',
    source:
      'AWS: “called during authentication from the managed login sign-in page”, and several apps read its errors from their callback; one observed body is of an exchange',
  },
  'hook-failure': {
    endpoint: '/oauth2/token',
    sentence: 'What the token endpoint says of a pre-token-generation hook that fails.',
    values: {
      exception: '400 {"error":"PreTokenGeneration failed with error <its message>. (Service: …)"}',
      invalid_request: '400 invalid_request, the same text without the service as error_description',
    },
    default: 'exception',
    grade: 'SEEN',
    source: 'one observed body, and no page of AWS; the other is how a callback is told',
    rule: 'hook.answers',
  },
  'federated-nonce': {
    endpoint: '/oauth2/idpresponse',
    sentence: 'Whether the ID token of a federated login has a nonce although the app sent none.',
    values: { added: 'one that Cognito made up', absent: 'no nonce' },
    default: 'added',
    grade: 'DOC',
    source: 'AWS: ID token; several client libraries refuse such a token, and their users report it',
  },
  'missing-style': {
    endpoint: '/login, /signup, /forgotPassword and the pages after them',
    sentence: 'What managed login shows for a client that the fixture gives no branding style.',
    values: {
      'default-style': 'its pages, in the style of mocknito',
      unavailable: '403 and a page: Login pages unavailable',
    },
    default: 'default-style',
    grade: 'GUESS',
    source:
      'our own rule: the style is the last thing that somebody writes into a fixture; the other was observed',
    rule: 'pages.style',
  },
  'acr-amr': {
    endpoint: 'tokens',
    sentence: 'Whether tokens say how somebody signed in, in acr and amr, and acr_values asks for it.',
    values: {
      absent: 'neither claim; acr_values is accepted, and nothing comes of it',
      issued: 'both claims in both tokens; acr_values asks for the factors of a level',
    },
    default: 'absent',
    grade: 'SEEN',
    source: 'live tests of 2026-10; AWS documents both claims (authentication levels), for both tokens',
  },
  'unknown-pool': {
    endpoint: '/<poolId>/.well-known/…',
    sentence: 'The status for a user pool that does not exist.',
    values: { 'not-found': '404', 'bad-request': '400' },
    default: 'not-found',
    grade: 'GUESS',
    source: 'not established; the API answers 400 for a resource that it does not find',
    rule: 'pool.known',
  },
  'discovery-pkce': {
    endpoint: '/<poolId>/.well-known/…',
    sentence: 'Whether discovery says that PKCE is understood.',
    values: { absent: 'no such key', listed: '"code_challenge_methods_supported":["S256"]' },
    default: 'absent',
    grade: 'SEEN',
    source: 'observed documents up to 2026-03; some clients refuse to start without the key',
  },
} as const satisfies Record<string, Choice>

/** The name of a switch: `pkce-failure`, `cors`, … */
export type ChoiceId = keyof typeof choices

/** The answer to every question. */
export type Choices = { readonly [Id in ChoiceId]: keyof (typeof choices)[Id]['values'] }

/** The answers that differ from the defaults, or may. */
export type Switches = Partial<Choices>

const table: Readonly<Record<string, Choice>> = choices

/** The defaults, with what is switched; later switches win. */
export const settle = (...switched: readonly Switches[]): Choices =>
  Object.assign(
    Object.fromEntries(Object.entries(table).map(([id, choice]) => [id, choice.default])),
    ...switched,
  )

/** The answers that are not the default, in the order of the table. */
export const switchedIn = (settled: Choices): [id: ChoiceId, value: string][] =>
  (Object.keys(table) as ChoiceId[]).flatMap((id) =>
    settled[id] === table[id]?.default ? [] : [[id, settled[id]] as [ChoiceId, string]],
  )

/**
 * What is wrong with the name or the value of a switch, in a sentence; nothing if it can be set.
 *
 * @example
 * switchProblem('pkce-failur', 'x') // 'there is no switch pkce-failur; did you mean pkce-failure?'
 */
export function switchProblem(id: string, value: unknown): string | undefined {
  if (!Object.hasOwn(table, id))
    return `there is no switch ${id}; did you mean ${nearest(id, Object.keys(table))}?`
  const values = Object.keys((table[id] as Choice).values)
  if (values.includes(value as string)) return undefined
  return `the switch ${id} is ${value}, expected ${values.join(' or ')}`
}
