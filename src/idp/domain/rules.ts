// The rules of the mock, one row each: what must hold, how sure we are that Cognito does the same, and where
// that is known from. A check names its row when it holds and when it refuses, so the log, the journal, the
// error page and docs/compatibility.md (generated from this table) all say the same sentence.
//
// Grades: DOC = AWS documents it; SEEN = observed on the real service; GUESS = our best reading, not a fact.

export type Grade = 'DOC' | 'SEEN' | 'GUESS'

export interface Rule {
  /** The endpoint whose behaviour it is, as a path. */
  readonly endpoint: string
  /** What must hold, as a sentence. */
  readonly sentence: string
  /** What the wire says when it does not. */
  readonly refusal: string
  readonly grade: Grade
  /** Where it is known from. */
  readonly source: string
}

export const rules = {
  'authorize.client-given': {
    endpoint: '/oauth2/authorize',
    sentence: 'The request names a client.',
    refusal: '/error?error=Required+parameters+missing',
    grade: 'SEEN',
    source: 'observed redirect when only response_type is given',
  },
  'authorize.client-known': {
    endpoint: '/oauth2/authorize',
    sentence: 'The client exists in one of the user pools.',
    refusal: '/error?error=Client+does+not+exist',
    grade: 'SEEN',
    source: 'observed redirect',
  },
  'authorize.single-client-and-redirect': {
    endpoint: '/oauth2/authorize',
    sentence: 'client_id and redirect_uri appear at most once each.',
    refusal: '/error?error=invalid_request',
    grade: 'GUESS',
    source: 'RFC 6749 §3.1: parameters must not be repeated',
  },
  'authorize.redirect-uri-given': {
    endpoint: '/oauth2/authorize',
    sentence:
      'The request names a redirect_uri, or the client has exactly one callback URL, or a default one.',
    refusal: '/error?error=Required+parameters+missing',
    grade: 'DOC',
    source: 'AWS: app client settings, DefaultRedirectURI; the text of the page is a GUESS',
  },
  'authorize.redirect-uri-registered': {
    endpoint: '/oauth2/authorize',
    sentence: 'The redirect_uri is one of the callback URLs of the client, letter for letter.',
    refusal: '/error?error=redirect_mismatch&client_id=…',
    grade: 'SEEN',
    source: 'observed redirect; seven near misses are all refused',
  },
  'authorize.single-values': {
    endpoint: '/oauth2/authorize',
    sentence: 'No parameter is repeated.',
    refusal: 'redirect with error=invalid_request',
    grade: 'GUESS',
    source: 'RFC 6749 §3.1: parameters must not be repeated',
  },
  'authorize.response-type-given': {
    endpoint: '/oauth2/authorize',
    sentence: 'response_type is code or token.',
    refusal: 'redirect with error=invalid_request',
    grade: 'DOC',
    source: 'AWS: authorize endpoint',
  },
  'authorize.response-type-allowed': {
    endpoint: '/oauth2/authorize',
    sentence: 'The client has the OAuth flow that response_type asks for.',
    refusal: 'redirect with error=invalid_request&error_description=unauthorized_client',
    grade: 'SEEN',
    source: 'observed redirect; AWS documents error=unauthorized_client',
  },
  'authorize.scope-allowed': {
    endpoint: '/oauth2/authorize',
    sentence: 'Every requested scope is one that the client may ask for.',
    refusal: 'redirect with error=invalid_request&error_description=invalid_scope',
    grade: 'SEEN',
    source: 'observed redirects; AWS documents that such a scope is ignored',
  },
  'authorize.scope-openid': {
    endpoint: '/oauth2/authorize',
    sentence: 'email, phone and profile are requested together with openid.',
    refusal: 'redirect with error=invalid_request&error_description=invalid_scope',
    grade: 'DOC',
    source: 'AWS: authorize endpoint, scope; the refusal is a GUESS',
  },
  'authorize.pkce-method': {
    endpoint: '/oauth2/authorize',
    sentence: 'code_challenge comes with code_challenge_method=S256, and the other way round.',
    refusal: 'redirect with error=invalid_request',
    grade: 'DOC',
    source: 'AWS: authorize endpoint; RFC 7636 §4.3',
  },
  'login.csrf': {
    endpoint: '/login',
    sentence: 'The posted _csrf equals the XSRF-TOKEN cookie (double submit).',
    refusal: '403 and a page',
    grade: 'SEEN',
    source: 'observed: an invented pair is accepted; the status of the refusal is a GUESS',
  },
  'login.username-given': {
    endpoint: '/login',
    sentence: 'The username is not blank.',
    refusal: 'the page again: The username you entered cannot be empty or contain only spaces',
    grade: 'SEEN',
    source: 'observed message',
  },
  'login.password-given': {
    endpoint: '/login',
    sentence: 'The password is not blank.',
    refusal: 'the page again: The password you entered cannot be empty or contain only spaces',
    grade: 'SEEN',
    source: 'observed message',
  },
  'login.user-known': {
    endpoint: '/login',
    sentence: 'The user exists in the pool of the client.',
    refusal: 'the page again, with the text that PreventUserExistenceErrors asks for',
    grade: 'DOC',
    source: 'AWS: PreventUserExistenceErrors; the LEGACY text is a GUESS',
  },
  'login.password-matches': {
    endpoint: '/login',
    sentence: "The password is the user's.",
    refusal: 'the page again: Incorrect username or password.',
    grade: 'SEEN',
    source: 'observed message',
  },
  'login.user-enabled': {
    endpoint: '/login',
    sentence: 'The user is enabled.',
    refusal: 'the page again: User is disabled. (or the generic text)',
    grade: 'GUESS',
    source: 'API exception text',
  },
  'login.user-ready': {
    endpoint: '/login',
    sentence: 'The status of the user asks for no further page.',
    refusal: 'a page that says which of Cognito’s pages comes next; never a login',
    grade: 'DOC',
    source: 'AWS: user statuses, MFA',
  },
  'session.live': {
    endpoint: '/oauth2/authorize',
    sentence: 'A cognito cookie signs in without a page for one hour after the last interactive sign-in.',
    refusal: 'the login page',
    grade: 'DOC',
    source: 'AWS: managed login session cookie',
  },
  'logout.client-known': {
    endpoint: '/logout',
    sentence: 'The client exists.',
    refusal: '/error?error=Client+does+not+exist',
    grade: 'GUESS',
    source: 'as at /oauth2/authorize',
  },
  'logout.target': {
    endpoint: '/logout',
    sentence:
      'logout_uri is one of the sign-out URLs of the client, letter for letter; or redirect_uri is one of its callback URLs.',
    refusal: "/error?<the query>, “Required String parameter 'redirect_uri' is not present”",
    grade: 'SEEN',
    source: 'observed redirect and text',
  },
  'token.form': {
    endpoint: '/oauth2/token',
    sentence: 'The request is a POST of application/x-www-form-urlencoded.',
    refusal: '405, no body',
    grade: 'SEEN',
    source: 'observed status',
  },
  'token.single-values': {
    endpoint: '/oauth2/token',
    sentence: 'No parameter is repeated.',
    refusal: '400 invalid_request',
    grade: 'GUESS',
    source: 'RFC 6749 §3.2: parameters must not be repeated',
  },
  'token.grant-type-given': {
    endpoint: '/oauth2/token',
    sentence: 'The request has a grant_type.',
    refusal: '400 invalid_request',
    grade: 'DOC',
    source: 'AWS: token endpoint',
  },
  'token.grant-type-known': {
    endpoint: '/oauth2/token',
    sentence: 'The grant_type is one that the endpoint knows.',
    refusal: '400 unsupported_grant_type',
    grade: 'DOC',
    source: 'AWS: token endpoint',
  },
  'client.given': {
    endpoint: '/oauth2/token',
    sentence: 'The client names itself, in an Authorization: Basic header or by client_id in the body.',
    refusal: '400 invalid_request',
    grade: 'GUESS',
    source: 'missing parameter',
  },
  'client.basic-wellformed': {
    endpoint: '/oauth2/token',
    sentence: 'Basic credentials are the base64 of client_id:client_secret.',
    refusal: '400 invalid_client',
    grade: 'GUESS',
    source: 'RFC 6749 §2.3.1, RFC 7617',
  },
  'client.consistent': {
    endpoint: '/oauth2/token',
    sentence: 'A client_id in the body is the one of the Authorization header.',
    refusal: '400 invalid_client',
    grade: 'GUESS',
    source: 'AWS samples send both, equal',
  },
  'client.known': {
    endpoint: '/oauth2/token',
    sentence: 'The client exists in one of the user pools.',
    refusal: '400 invalid_client',
    grade: 'DOC',
    source: 'AWS: token endpoint',
  },
  'client.secret': {
    endpoint: '/oauth2/token',
    sentence: 'A confidential client presents its secret.',
    refusal: '400 invalid_client, error_description=invalid_client_secret',
    grade: 'SEEN',
    source: 'observed body, for an absent and for a wrong secret',
  },
  'client.public': {
    endpoint: '/oauth2/token',
    sentence: 'A public client presents no secret (an empty client_secret in the body is accepted).',
    refusal: '400 invalid_client',
    grade: 'SEEN',
    source: 'observed: an empty client_secret is accepted, Basic with an empty secret is not',
  },
  'client.grant-allowed': {
    endpoint: '/oauth2/token',
    sentence: 'The client may use the grant.',
    refusal: '400 unauthorized_client',
    grade: 'DOC',
    source: 'AWS: token endpoint',
  },
  'token.parameters': {
    endpoint: '/oauth2/token',
    sentence: 'The parameters that the grant needs are there.',
    refusal: '400 invalid_request',
    grade: 'DOC',
    source: 'AWS: token endpoint',
  },
  'code.known': {
    endpoint: '/oauth2/token',
    sentence: 'The code is one that this server issued.',
    refusal: '400 invalid_grant',
    grade: 'DOC',
    source: 'AWS: token endpoint',
  },
  'code.single-use': {
    endpoint: '/oauth2/token',
    sentence: 'The code has not been presented before; a failed exchange uses it up too.',
    refusal: '400 invalid_grant',
    grade: 'DOC',
    source: 'AWS: codes are single use; that a failed exchange burns it is SEEN in one answer',
  },
  'code.lifetime': {
    endpoint: '/oauth2/token',
    sentence: 'The code is at most five minutes old.',
    refusal: '400 invalid_grant',
    grade: 'DOC',
    source: 'AWS: authorize endpoint',
  },
  'code.client': {
    endpoint: '/oauth2/token',
    sentence: 'The code was issued to the client that presents it.',
    refusal: '400 invalid_grant',
    grade: 'GUESS',
    source: 'RFC 6749 §5.2',
  },
  'code.redirect-uri': {
    endpoint: '/oauth2/token',
    sentence: 'redirect_uri is the one of the authorize request, letter for letter.',
    refusal: '400 unauthorized_client, error_description=invalid_redirect',
    grade: 'DOC',
    source: 'AWS: token endpoint',
  },
  'pkce.verifier': {
    endpoint: '/oauth2/token',
    sentence: 'code_verifier hashes to the code_challenge of the authorize request, if there was one.',
    refusal: '400 invalid_grant',
    grade: 'GUESS',
    source: 'RFC 7636 §4.6',
  },
  'client.readable-attributes': {
    endpoint: '/oauth2/token',
    sentence: 'The client can read every attribute that the granted scopes imply.',
    refusal: '400 invalid_grant',
    grade: 'DOC',
    source: 'AWS: token endpoint',
  },
  'refresh.known': {
    endpoint: '/oauth2/token',
    sentence: 'The refresh token is one that this server issued and has not revoked.',
    refusal: '400 invalid_grant',
    grade: 'DOC',
    source: 'AWS: token endpoint',
  },
  'refresh.client': {
    endpoint: '/oauth2/token',
    sentence: 'The refresh token was issued to the client that presents it.',
    refusal: '400 invalid_grant',
    grade: 'DOC',
    source: 'AWS: token endpoint',
  },
  'refresh.lifetime': {
    endpoint: '/oauth2/token',
    sentence: "The refresh token is younger than the client's RefreshTokenValidity.",
    refusal: '400 invalid_grant',
    grade: 'SEEN',
    source: 'observed body',
  },
  'grant.user-active': {
    endpoint: '/oauth2/token',
    sentence: 'The user still exists and is enabled.',
    refusal: '400 invalid_grant',
    grade: 'GUESS',
    source: 'AWS: disabled users cannot sign in',
  },
  'userinfo.bearer': {
    endpoint: '/oauth2/userInfo',
    sentence: 'The request carries Authorization: Bearer <access token>.',
    refusal: '400 with WWW-Authenticate: error="invalid_request"',
    grade: 'DOC',
    source: 'AWS: userInfo endpoint',
  },
  'userinfo.signature': {
    endpoint: '/oauth2/userInfo',
    sentence: 'The token is signed by a key of the pool that it names.',
    refusal: '401 with WWW-Authenticate: error="invalid_token"',
    grade: 'DOC',
    source: 'AWS: userInfo endpoint',
  },
  'userinfo.issuer': {
    endpoint: '/oauth2/userInfo',
    sentence: 'The issuer of the token is one that this server announces for the pool.',
    refusal: '401 with WWW-Authenticate: error="invalid_token"',
    grade: 'DOC',
    source: 'AWS: userInfo endpoint',
  },
  'userinfo.lifetime': {
    endpoint: '/oauth2/userInfo',
    sentence: 'The token has not expired.',
    refusal: '401 with WWW-Authenticate: error="invalid_token"',
    grade: 'DOC',
    source: 'AWS: userInfo endpoint',
  },
  'userinfo.access-token': {
    endpoint: '/oauth2/userInfo',
    sentence: 'The token is the access token of a user (not an ID token, not a machine’s).',
    refusal: '401 with WWW-Authenticate: error="invalid_token"',
    grade: 'GUESS',
    source: 'AWS: userInfo endpoint speaks of access tokens only',
  },
  'userinfo.openid': {
    endpoint: '/oauth2/userInfo',
    sentence: 'The access token has the scope openid.',
    refusal: '401 with WWW-Authenticate: error="invalid_token", “Access token does not contain openid scope”',
    grade: 'SEEN',
    source: 'observed message; the status is a GUESS',
  },
  'userinfo.user-active': {
    endpoint: '/oauth2/userInfo',
    sentence: 'The user still exists and is enabled.',
    refusal: '401 with WWW-Authenticate: error="invalid_token"',
    grade: 'DOC',
    source: 'AWS: userInfo endpoint, “disabled, or deleted”',
  },
  'pool.known': {
    endpoint: '/<poolId>/.well-known/…',
    sentence: 'The user pool exists.',
    refusal: '404 {"message":"User pool <id> does not exist."}',
    grade: 'GUESS',
    source: 'not established; other answers would hide a typing error',
  },
  'host.named': {
    endpoint: 'every endpoint',
    sentence: 'The Host of the request is a loopback name, or --public-url says what the server is called.',
    refusal: '421 and what to set',
    grade: 'GUESS',
    source: 'our own rule: an unexpected Host would end up in iss, in redirects and in cookies',
  },
} as const satisfies Record<string, Rule>

/** The name of a row: `code.single-use`, `pkce.verifier`, … */
export type RuleId = keyof typeof rules
