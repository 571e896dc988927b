// What the mock does that is no refusal: the other half of the ledger, beside the rules. One row for each
// behaviour that an app can notice: what it is, how sure we are that Cognito does the same, and where that is
// known from. A row is true because a story of the tests says that it shows it (`shows` in
// test/support/world.ts); the suite fails if none does. Nothing reads this table at run time.
import type { Grade } from './domain/rules.ts'

export interface Behaviour {
  /** The endpoint whose behaviour it is, as a path; `tokens` for what tokens say, wherever they come from. */
  readonly endpoint: string
  /** What the wire shows, as a sentence. */
  readonly sentence: string
  readonly grade: Grade
  /** Where it is known from. */
  readonly source: string
}

export const behaviours = {
  'authorize.to-login': {
    endpoint: '/oauth2/authorize',
    sentence:
      'A good request without a session is a 302 to the absolute URL of /login with the same parameters, in their order and encoded again, a blank as +.',
    grade: 'SEEN',
    source: 'observed redirects; AWS: redirect and authorization endpoint',
  },
  'authorize.unknown-parameters': {
    endpoint: '/oauth2/authorize',
    sentence: 'Parameters that Cognito does not know go along to /login.',
    grade: 'GUESS',
    source: 'not established',
  },
  'authorize.federation-cookies': {
    endpoint: '/oauth2/authorize',
    sentence: 'The way to the page takes the cookies csrf-state and csrf-state-legacy back.',
    grade: 'SEEN',
    source: 'observed Set-Cookie',
  },
  'authorize.order': {
    endpoint: '/oauth2/authorize',
    sentence:
      'Of several mistakes the client is noticed first, then the redirect URI, then what the app is told: repeated parameters, response_type, flow, scope, PKCE, resource, and last the identity provider.',
    grade: 'GUESS',
    source:
      'that client and redirect URI come first follows from RFC 6749 §4.1.2.1 and fits all observations',
  },
  'authorize.error-location': {
    endpoint: '/oauth2/authorize',
    sentence: 'Location of a 302 to the error page is a path: /error?error=….',
    grade: 'GUESS',
    source: 'observed as the address in a browser, which is absolute; the header itself is not established',
  },
  'authorize.error-place': {
    endpoint: '/oauth2/authorize',
    sentence: 'What the app is told is in the query for response_type=code, and behind the # for token.',
    grade: 'SEEN',
    source: 'observed redirects',
  },
  'authorize.all-scopes': {
    endpoint: '/oauth2/authorize',
    sentence: 'Without a scope, or with an empty one, the login is for all scopes of the client.',
    grade: 'DOC',
    source: 'AWS: authorization endpoint; that an empty scope counts as none is a GUESS',
  },
  'authorize.any-challenge': {
    endpoint: '/oauth2/authorize',
    sentence: 'Neither length nor letters of a code_challenge are judged.',
    grade: 'SEEN',
    source: 'observed: one letter is accepted',
  },
  'authorize.cognito-provider': {
    endpoint: '/oauth2/authorize',
    sentence: 'identity_provider=COGNITO leads to the page and stays in its query.',
    grade: 'SEEN',
    source: 'observed redirect',
  },
  'authorize.code': {
    endpoint: '/oauth2/authorize',
    sentence:
      'The answer is a 302 to <callback>?code=<lower-case UUID>&state=<state>, without a state if none was sent.',
    grade: 'SEEN',
    source: 'observed redirects; AWS: authorization endpoint',
  },
  'authorize.state': {
    endpoint: '/oauth2/authorize',
    sentence:
      'state comes back letter for letter, in answers and in errors, in the query and in the fragment.',
    grade: 'DOC',
    source: 'AWS: authorization endpoint; RFC 6749 §4.1.2',
  },
  'authorize.custom-scheme': {
    endpoint: '/oauth2/authorize',
    sentence: 'A callback of a scheme of its own gets the same 302: myapp://…?code=….',
    grade: 'DOC',
    source: 'AWS: app clients',
  },
  'authorize.registered-query': {
    endpoint: '/oauth2/authorize',
    sentence: 'The query of a registered callback URL stays, and the answer follows it after &.',
    grade: 'GUESS',
    source: 'RFC 6749 §3.1.2',
  },
  'authorize.implicit': {
    endpoint: '/oauth2/authorize',
    sentence:
      'response_type=token answers in the fragment: id_token, access_token, expires_in, token_type, state; no refresh token, and no id_token without openid.',
    grade: 'DOC',
    source: 'AWS: authorization endpoint; the order is a switch',
  },
  'authorize.resource-anywhere': {
    endpoint: '/oauth2/authorize',
    sentence: 'resource is understood under classic pages too.',
    grade: 'GUESS',
    source: 'AWS documents it for managed login; reports of pools that refuse it have no known cause',
  },
  'authorize.http-callbacks': {
    endpoint: '/oauth2/authorize',
    sentence:
      'A callback URL may be http for localhost, 127.0.0.1 and [::1]; a fixture with another one is refused.',
    grade: 'SEEN',
    source: 'a newer text of AWS, as somebody cites it; an older page has localhost only',
  },
  'authorize.nonce': {
    endpoint: '/oauth2/authorize',
    sentence: 'nonce is a claim of the ID token, letter for letter; without one there is none.',
    grade: 'DOC',
    source: 'AWS: authorization endpoint, ID token',
  },
  'authorize.server-error': {
    endpoint: '/oauth2/authorize',
    sentence: 'The app is told of an internal failure, as error=server_error; the log has what failed.',
    grade: 'DOC',
    source: 'AWS: authorize endpoint, negative responses; the order of the keys is that of other errors',
  },
  'authorize.acr-values': {
    endpoint: '/oauth2/authorize',
    sentence: 'acr_values is accepted, and nothing comes of it, unless acr-amr is switched.',
    grade: 'SEEN',
    source: 'live tests of 2026-10 found the documented feature not deployed; the Lite plan ignores it',
  },
  'authorize.accept-language': {
    endpoint: '/oauth2/authorize',
    sentence: 'ui_locales and Accept-Language have no effect on the classic pages.',
    grade: 'SEEN',
    source: 'observed',
  },
  'authorize.classic-prompt': {
    endpoint: '/oauth2/authorize',
    sentence: 'A domain of classic pages does not look at prompt.',
    grade: 'DOC',
    source: 'AWS: prompt is for managed login; that it is ignored elsewhere, and no error, is a GUESS',
  },
  'authorize.prompt': {
    endpoint: '/oauth2/authorize',
    sentence:
      'Managed login: prompt=login shows the page although there is a session, which stays; select_account and consent change nothing for local users; several values may be given.',
    grade: 'DOC',
    source: 'AWS: authorization endpoint, prompt',
  },
  'authorize.prompt-none-code': {
    endpoint: '/oauth2/authorize',
    sentence:
      'Managed login: prompt=none with a session is answered with a code; together with login it is not.',
    grade: 'DOC',
    source: 'AWS: authorization endpoint, prompt; of the two together it is a GUESS',
  },
  'authorize.login-required-order': {
    endpoint: '/oauth2/authorize',
    sentence: 'login_required is told as error, then state.',
    grade: 'DOC',
    source: 'AWS: the example on the page of managed login',
  },
  'session.silent': {
    endpoint: '/oauth2/authorize',
    sentence: 'With a session the answer comes at once, without a page.',
    grade: 'SEEN',
    source: 'observed; AWS: managed login session',
  },
  'session.not-extended': {
    endpoint: '/oauth2/authorize',
    sentence: 'A sign-in without a page does not extend the hour, and keeps the auth_time of the password.',
    grade: 'DOC',
    source: 'AWS: managed login session',
  },
  'session.other-clients': {
    endpoint: '/oauth2/authorize',
    sentence: 'A session is good for every client of its pool, and for no other pool.',
    grade: 'DOC',
    source: 'AWS: prompt=none, “another app client of the same user pool”',
  },
  'session.disabled-user': {
    endpoint: '/oauth2/authorize',
    sentence: 'The session of a user who is disabled or gone does not sign in.',
    grade: 'GUESS',
    source: 'not established',
  },
  'session.outlives-revocation': {
    endpoint: '/oauth2/authorize',
    sentence: 'Revoking tokens does not end the session; only /logout and time do.',
    grade: 'SEEN',
    source: 'observed; AWS: token revocation',
  },
  'login.entry': {
    endpoint: '/login',
    sentence: '/login takes all parameters of /oauth2/authorize, and makes all of its checks.',
    grade: 'DOC',
    source: 'AWS: login endpoint',
  },
  'login.checks-again': {
    endpoint: '/login',
    sentence: 'The post of the form makes the checks again.',
    grade: 'GUESS',
    source: 'what was proven one request ago is not proven now',
  },
  'login.form': {
    endpoint: '/login',
    sentence:
      'The classic page has the form twice, small screen first, each with the observed ids, names, classes and order of attributes.',
    grade: 'SEEN',
    source:
      'selectors, regular expressions and a dump in public test suites; one suite finds the copies the other way round',
  },
  'login.form-works-without-script': {
    endpoint: '/login',
    sentence: 'An HTTP client cuts the form out of the page, posts it and reads Location.',
    grade: 'SEEN',
    source: 'public clients',
  },
  'login.csrf-field': {
    endpoint: '/login',
    sentence: 'The hidden field _csrf has the value of the XSRF-TOKEN cookie; the post may call it csrf too.',
    grade: 'SEEN',
    source: 'observed traces; csrf is the name at managed login',
  },
  'login.optional-fields': {
    endpoint: '/login',
    sentence: 'cognitoAsfData and signInSubmitButton may be missing, and are not looked at.',
    grade: 'SEEN',
    source: 'public clients',
  },
  'login.failed': {
    endpoint: '/login',
    sentence:
      'A failed attempt shows the page again, with 200, the name in its field and the message above it.',
    grade: 'GUESS',
    source: 'a public test expects 200; scrapers look for a missing Location',
  },
  'login.cookies': {
    endpoint: '/login',
    sentence:
      'A login expires XSRF-TOKEN, sets a new one, and sets cognito="…" with Max-Age=3600 and cognito-fl="W10=".',
    grade: 'SEEN',
    source: 'observed Set-Cookie headers; Version and Domain of the cognito cookie are left out',
  },
  'login.email-pools': {
    endpoint: '/login',
    sentence:
      'A pool of e-mail addresses asks for name@host.com, and the username of its users is their sub.',
    grade: 'SEEN',
    source: 'observed pages and tokens; AWS: user pool attributes',
  },
  'login.continue-as': {
    endpoint: '/login',
    sentence:
      'Classic pages: GET /login with a session offers “Sign In as <username>” and “Sign in as a different user?”.',
    grade: 'SEEN',
    source: 'observed text; the caption of the button is a GUESS',
  },
  'login.managed-with-session': {
    endpoint: '/login',
    sentence: 'Managed login: GET /login with a session shows the form.',
    grade: 'GUESS',
    source: 'not established',
  },
  'login.hint': {
    endpoint: '/login',
    sentence: 'Managed login: login_hint stands in the field of the username.',
    grade: 'DOC',
    source: 'AWS: authorization endpoint, login_hint',
  },
  'login.classic': {
    endpoint: '/login',
    sentence: 'The classic page knows neither login_hint nor lang.',
    grade: 'DOC',
    source: 'AWS: lang is for managed login; of login_hint it is a GUESS',
  },
  'login.language': {
    endpoint: '/login',
    sentence:
      'Managed login: one of the eleven languages in lang is kept in the cookie lang until another one comes; other values change nothing.',
    grade: 'DOC',
    source: 'AWS: managed login localization; of other values it is a GUESS',
  },
  'login.confirm-path': {
    endpoint: '/login',
    sentence: '/confirmForgotPassword and /confirmforgotPassword are one page.',
    grade: 'SEEN',
    source: 'AWS documents the second, a test against a live pool has the first',
  },
  'login.name-first': {
    endpoint: '/login',
    sentence:
      'Managed login: clients with ALLOW_USER_AUTH ask for the name on /login and for the password on /verifyPassword; others for both on one page.',
    grade: 'SEEN',
    source: 'observed forms of one app and its tests',
  },
  'login.json-strings': {
    endpoint: '/login',
    sentence:
      'Managed login: the CSRF field is csrf (_csrf is good too), and fields may be JSON strings, quotes and all.',
    grade: 'SEEN',
    source: 'observed posts of one app',
  },
  'signup.form': {
    endpoint: '/signup',
    sentence:
      'The classic page has the form twice, the copy for large screens first, with the fields username, requiredAttributes[<name>] and password, and a checklist with a row for each rule of the policy.',
    grade: 'SEEN',
    source: 'observed page of 2021; which custom attributes it asks for is a GUESS',
  },
  'confirm.to-app': {
    endpoint: '/confirm',
    sentence: 'The code that confirms a sign-up signs in, and the browser is at the app.',
    grade: 'DOC',
    source: 'AWS: managed login, sign-up; where the classic page leads is a GUESS',
  },
  'forgot.to-login': {
    endpoint: '/confirmForgotPassword',
    sentence: 'After the new password the browser is back at /login.',
    grade: 'DOC',
    source: 'AWS: managed login, forgotten passwords',
  },
  'authorize.to-provider': {
    endpoint: '/oauth2/authorize',
    sentence:
      'identity_provider, or idp_identifier, leads straight to the provider, from /login too; so does a client that has only one provider and not COGNITO.',
    grade: 'DOC',
    source: 'AWS: authorization endpoint',
  },
  'authorize.csrf-state': {
    endpoint: '/oauth2/authorize',
    sentence:
      'The way to a provider sets csrf-state with SameSite=None, and csrf-state-legacy without; the way back clears both.',
    grade: 'SEEN',
    source: 'observed Set-Cookie; AWS: cookies of managed login',
  },
  'authorize.forwarded': {
    endpoint: '/oauth2/authorize',
    sentence:
      'Managed login: login_hint goes along to OIDC providers and Google, and prompt, less none, to all but SAML.',
    grade: 'DOC',
    source: 'AWS: authorization endpoint; that SAML gets no prompt is a GUESS',
  },
  'login.providers': {
    endpoint: '/login',
    sentence:
      'The page has a button for each provider of the client, in both copies of the classic form; without COGNITO there is nothing else on it.',
    grade: 'SEEN',
    source:
      'observed classes, names and texts; the order and the button captions of Amazon and Apple are a GUESS',
  },
  'federation.user': {
    endpoint: '/oauth2/idpresponse',
    sentence:
      'The first login makes the user <ProviderName>_<id>, EXTERNAL_PROVIDER, with the attribute identities, in the group <poolId>_<ProviderName>; later ones find the same user. Where the pool ignores case the username is in small letters.',
    grade: 'DOC',
    source: 'AWS: third-party identity providers, attribute mapping; public issues',
  },
  'federation.mapping': {
    endpoint: '/oauth2/idpresponse',
    sentence:
      'Each login gives the user what the attribute mapping makes of the claims; email_verified is false unless it is mapped.',
    grade: 'DOC',
    source: 'AWS: attribute mapping; of email_verified it is a GUESS after public complaints',
  },
  'federation.linked': {
    endpoint: '/oauth2/idpresponse',
    sentence: 'A local user whose identities have the one of the provider is signed in by it.',
    grade: 'DOC',
    source: 'AWS: linking federated users',
  },
  'federation.session': {
    endpoint: '/oauth2/idpresponse',
    sentence: 'A federated login opens the same session as a local one.',
    grade: 'DOC',
    source: 'AWS: managed login session',
  },
  'error.page': {
    endpoint: '/error',
    sentence:
      'The page is a 400 and says “An error was encountered with the requested page.” and the text of error.',
    grade: 'SEEN',
    source: 'observed status and text; what stands below it is ours',
  },
  'logout.sign-out': {
    endpoint: '/logout',
    sentence:
      'logout_uri is where the browser goes, letter for letter and with nothing behind it; it wins over redirect_uri, and then all else is ignored.',
    grade: 'DOC',
    source: 'AWS: logout endpoint; that no state follows is a GUESS',
  },
  'logout.sign-in-again': {
    endpoint: '/logout',
    sentence:
      'redirect_uri leads to /login with the parameters of the request, state and nonce among them, and all scopes of the client if none is named.',
    grade: 'DOC',
    source: 'AWS: logout endpoint',
  },
  'logout.no-provider': {
    endpoint: '/logout',
    sentence: 'identity_provider and idp_identifier do not get through to /login.',
    grade: 'GUESS',
    source: 'AWS: logout endpoint does not support them; whether they are dropped is not established',
  },
  'logout.not-openid': {
    endpoint: '/logout',
    sentence: 'post_logout_redirect_uri and id_token_hint are not understood: the error page.',
    grade: 'SEEN',
    source: 'observed redirect',
  },
  'logout.nothing': {
    endpoint: '/logout',
    sentence: 'Without any parameter it leads to /login, which then has no client.',
    grade: 'SEEN',
    source: 'observed in 2025',
  },
  'logout.cookie': {
    endpoint: '/logout',
    sentence:
      'The session is gone on the server, and the cookie is taken back: cognito=""; Max-Age=0; Path=/.',
    grade: 'GUESS',
    source: 'AWS: logout endpoint; the exact header is not established',
  },
  'token.answer': {
    endpoint: '/oauth2/token',
    sentence:
      'The keys are id_token, access_token, refresh_token, expires_in, token_type, in this order; token_type is Bearer, expires_in the validity of the access token, and there is no scope.',
    grade: 'SEEN',
    source: 'observed beginning of a body; AWS: token endpoint',
  },
  'token.no-openid': {
    endpoint: '/oauth2/token',
    sentence: 'A login without openid gets no ID token.',
    grade: 'DOC',
    source: 'AWS: authorization endpoint, app clients',
  },
  'token.refresh-answer': {
    endpoint: '/oauth2/token',
    sentence: 'A refresh brings new ID and access tokens and, unless the client rotates, no refresh token.',
    grade: 'DOC',
    source: 'AWS: token endpoint, refresh tokens',
  },
  'token.rotation': {
    endpoint: '/oauth2/token',
    sentence:
      'With RefreshTokenRotation a refresh brings a new refresh token, which expires when the first would have.',
    grade: 'DOC',
    source: 'AWS: refresh token rotation',
  },
  'token.rotation-grace': {
    endpoint: '/oauth2/token',
    sentence:
      'The replaced refresh token is good for RetryGracePeriodSeconds, and each use of it brings a new one.',
    grade: 'DOC',
    source: 'AWS: refresh token rotation; that every use brings a new one is a GUESS',
  },
  'token.machine-answer': {
    endpoint: '/oauth2/token',
    sentence: 'client_credentials is answered with access_token, expires_in and token_type.',
    grade: 'DOC',
    source: 'AWS: token endpoint, a captured body',
  },
  'token.client-authentication': {
    endpoint: '/oauth2/token',
    sentence:
      'A secret comes in the Authorization header, raw or form-encoded, or in the body; the same client_id may stand in the body beside the header.',
    grade: 'DOC',
    source: 'AWS: token endpoint and its samples; RFC 6749 §2.3.1',
  },
  'token.two-secrets': {
    endpoint: '/oauth2/token',
    sentence: 'Each of the two active secrets of a client is good.',
    grade: 'DOC',
    source: 'AWS: app client secrets',
  },
  'token.errors': {
    endpoint: '/oauth2/token',
    sentence:
      'An error is a 400 with {"error":…}, invalid_client too, without WWW-Authenticate; of the descriptions there are two.',
    grade: 'SEEN',
    source: 'observed bodies; AWS: token endpoint',
  },
  'token.order': {
    endpoint: '/oauth2/token',
    sentence:
      'Of several mistakes the first of these is told: method and content type, grant_type, client, secret, grant of the client, missing parameters, the code or refresh token, redirect_uri, PKCE, readable attributes, user.',
    grade: 'GUESS',
    source: 'that the client comes before the grant is observed; the rest of the order follows from it',
  },
  'token.two-attempts': {
    endpoint: '/oauth2/token',
    sentence: 'A client that tries one way of authentication and then the other does not lose its code.',
    grade: 'SEEN',
    source: 'observed order of the checks; libraries do that',
  },
  'token.one-winner': {
    endpoint: '/oauth2/token',
    sentence:
      'Of any number of exchanges of one code at once exactly one gets tokens, and its tokens stay good; of refreshes of one rotating token one, or all within the grace period.',
    grade: 'GUESS',
    source:
      'codes are single use (AWS); RFC 6749 §4.1.2 would revoke the tokens, no trace of that at Cognito',
  },
  'token.unasked-verifier': {
    endpoint: '/oauth2/token',
    sentence: 'A code_verifier without a code_challenge is ignored.',
    grade: 'GUESS',
    source: 'not established',
  },
  'token.ignored-parameters': {
    endpoint: '/oauth2/token',
    sentence:
      'resource, scope and aws_client_metadata change nothing where a code or a refresh token is exchanged.',
    grade: 'DOC',
    source: 'AWS: token endpoint, resource binding; of scope it is a GUESS',
  },
  'token.json-as-form': {
    endpoint: '/oauth2/token',
    sentence: 'JSON that calls itself a form is a form without grant_type: 400 invalid_request.',
    grade: 'SEEN',
    source: 'observed body',
  },
  'token.preflight': {
    endpoint: '/oauth2/token',
    sentence: 'OPTIONS allows authorization, content-type, x-amz-user-agent and x-requested-with.',
    grade: 'GUESS',
    source: 'Amplify sends x-amz-user-agent; the headers of the answer are not established',
  },
  'logout.saml': {
    endpoint: '/logout',
    sentence:
      'Whoever came from a SAML provider with IDPSignout is sent there first, with SAMLRequest, RelayState, SigAlg and Signature, signed by a key of the pool; its POST to /saml2/logout leads on. The session here ends at once.',
    grade: 'DOC',
    source: 'AWS: SAML sign-out flow; when the session ends is a GUESS',
  },
  'logout.other-providers': {
    endpoint: '/logout',
    sentence: 'Other providers, and SAML ones without IDPSignout, hear nothing of it.',
    grade: 'DOC',
    source: 'AWS: logout endpoint',
  },
  'tokens.header': {
    endpoint: 'tokens',
    sentence:
      'The header of an ID or access token is {"kid":…,"alg":"RS256"}, kid being base64 of 32 bytes; no typ.',
    grade: 'SEEN',
    source: 'real tokens',
  },
  'tokens.two-keys': {
    endpoint: 'tokens',
    sentence: 'ID and access tokens are signed by different keys of the pool.',
    grade: 'DOC',
    source: 'AWS: access token; real tokens',
  },
  'tokens.refresh': {
    endpoint: 'tokens',
    sentence:
      'A refresh token is a JWE of five parts with the header {"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}.',
    grade: 'SEEN',
    source: 'real tokens',
  },
  'tokens.id-claims': {
    endpoint: 'tokens',
    sentence: 'The claims of the ID token are those that real ones have, in their order.',
    grade: 'SEEN',
    source: 'five real tokens and the sample of AWS',
  },
  'tokens.no-acr': {
    endpoint: 'tokens',
    sentence: 'There is neither acr nor amr, unless acr-amr is switched.',
    grade: 'SEEN',
    source: 'live tests of 2026-10; AWS documents both',
  },
  'tokens.acr-amr': {
    endpoint: 'tokens',
    sentence:
      'With acr-amr=issued, both tokens of a login say how its user signed in: amr has pwd, otp, sms, email_otp, or fed, and mfa beside two of them; acr has the level. Silent logins and refreshes say what the login said.',
    grade: 'DOC',
    source: 'AWS: authentication levels with ACR and AMR claims; what makes which level is a GUESS',
  },
  'authorize.step-up': {
    endpoint: '/oauth2/authorize',
    sentence:
      'With acr-amr=issued, whoever has a session below acr_values is asked for the missing factor alone; a login asks for one that is good enough; what nobody can come to is passed over.',
    grade: 'DOC',
    source: 'AWS: authorize endpoint, acr_values',
  },
  'tokens.access-claims': {
    endpoint: 'tokens',
    sentence:
      'The claims of the access token are those that real ones of the hosted pages have, in their order; version is 2.',
    grade: 'SEEN',
    source: 'logs of 2026 and the sample of AWS',
  },
  'tokens.machine-claims': {
    endpoint: 'tokens',
    sentence:
      'The access token of a machine has sub = client_id and no username, origin_jti, event_id, aud or groups, in the order of real ones.',
    grade: 'SEEN',
    source: 'a real token of 2024, two reports',
  },
  'tokens.at-hash': {
    endpoint: 'tokens',
    sentence:
      'at_hash is the left half of the SHA-256 of the access token, with codes and with the implicit grant.',
    grade: 'SEEN',
    source: 'real tokens; OpenID Connect Core §3.1.3.6',
  },
  'tokens.no-audience': {
    endpoint: 'tokens',
    sentence: 'An access token has no aud, unless the login was bound to a resource; refreshes keep it.',
    grade: 'DOC',
    source: 'AWS: resource binding',
  },
  'tokens.groups': {
    endpoint: 'tokens',
    sentence: 'cognito:groups is in both tokens of a user who is in one, by precedence.',
    grade: 'DOC',
    source: 'AWS: groups',
  },
  'tokens.roles': {
    endpoint: 'tokens',
    sentence:
      'cognito:roles and cognito:preferred_role are in the ID token; two roles of one precedence leave the preferred one out.',
    grade: 'DOC',
    source: 'AWS: groups, precedence',
  },
  'tokens.attribute-types': {
    endpoint: 'tokens',
    sentence:
      'In the ID token email_verified and phone_number_verified are booleans, identities an array, address an object; whatever else is a string, numbers too.',
    grade: 'SEEN',
    source: 'real tokens; AWS: ID token; of address it is a GUESS',
  },
  'tokens.identities': {
    endpoint: 'tokens',
    sentence:
      'The ID token of a federated user has identities whatever the scopes are: userId, providerName, providerType, issuer (null but for SAML), primary and dateCreated, all of them text.',
    grade: 'SEEN',
    source: 'real tokens; AWS: ID token',
  },
  'tokens.attributes-by-scope': {
    endpoint: 'tokens',
    sentence:
      'openid alone lets all readable attributes out; email, phone and profile narrow that to their own. userInfo has the same table.',
    grade: 'DOC',
    source: 'AWS: userInfo endpoint, scopes',
  },
  'tokens.scope-order': {
    endpoint: 'tokens',
    sentence: 'The scope claim has an order of its own, not that of the request, and nothing twice.',
    grade: 'SEEN',
    source: 'real tokens',
  },
  'tokens.inactive-scope': {
    endpoint: 'tokens',
    sentence: 'A scope of a client that no resource server has any more is left out, without an error.',
    grade: 'DOC',
    source: 'AWS: resource servers',
  },
  'tokens.lifetimes': {
    endpoint: 'tokens',
    sentence:
      'Access and ID tokens live for one hour, refresh tokens for 30 days, or for what the client says in its units.',
    grade: 'DOC',
    source: 'AWS: app clients, TokenValidityUnits',
  },
  'tokens.auth-time': {
    endpoint: 'tokens',
    sentence: 'auth_time, scope, iss and origin_jti stay through refreshes; iat and jti are new.',
    grade: 'DOC',
    source: 'AWS: step-up authentication; live tests',
  },
  'tokens.no-nonce-on-refresh': {
    endpoint: 'tokens',
    sentence: 'A refreshed ID token has no nonce.',
    grade: 'GUESS',
    source: 'OpenID Connect Core §12.2',
  },
  'tokens.origin-jti': {
    endpoint: 'tokens',
    sentence:
      'origin_jti and the jti of the ID token are there with EnableTokenRevocation or rotation, and not without; an access token always has a jti.',
    grade: 'DOC',
    source: 'AWS: token revocation, rotation',
  },
  'tokens.pinned-issuer': {
    endpoint: 'tokens',
    sentence: 'iss is that of the login, whatever name the token endpoint is called by.',
    grade: 'GUESS',
    source: 'our own rule: Cognito has one name',
  },
  'hook.asked': {
    endpoint: '/login, /oauth2/authorize, /oauth2/token',
    sentence:
      'The hook is asked at each login, silent ones too, at each refresh and, in version 3, for each machine; triggerSource says which.',
    grade: 'DOC',
    source: 'AWS: pre token generation Lambda trigger, trigger sources',
  },
  'hook.event': {
    endpoint: '/login, /oauth2/authorize, /oauth2/token',
    sentence:
      'The event is that of LambdaVersion: all attributes of the user with cognito:user_status, groups and roles, from version 2 on the scopes; clientMetadata is there for machines that send some, and for nobody else.',
    grade: 'SEEN',
    source: 'captured events of all three versions; AWS: token endpoint, aws_client_metadata',
  },
  'hook.version-one': {
    endpoint: '/login, /oauth2/authorize, /oauth2/token',
    sentence: 'Version 1 changes the ID token, with strings only, and the groups of both tokens.',
    grade: 'DOC',
    source: 'AWS: pre token generation Lambda trigger, event versions',
  },
  'hook.version-two': {
    endpoint: '/login, /oauth2/authorize, /oauth2/token',
    sentence:
      'Versions 2 and 3 change the access token and its scopes too, with numbers, booleans, lists and objects as well.',
    grade: 'DOC',
    source: 'AWS: pre token generation Lambda trigger, event versions',
  },
  'hook.suppression': {
    endpoint: '/login, /oauth2/authorize, /oauth2/token',
    sentence:
      'What is both overridden and suppressed is suppressed; suppressed groups take the roles with them.',
    grade: 'DOC',
    source: 'AWS: claimsToSuppress; of scopes it is a GUESS',
  },
  'hook.groups': {
    endpoint: '/login, /oauth2/authorize, /oauth2/token',
    sentence:
      'groupOverrideDetails replaces groups and roles, empty or null it takes them away; without it they stay.',
    grade: 'DOC',
    source: 'AWS: groupOverrideDetails; that they stay is how its own examples read',
  },
  'hook.scope-claim': {
    endpoint: '/login, /oauth2/authorize, /oauth2/token',
    sentence:
      'Added and suppressed scopes are those of the scope claim, and so of userInfo; ID token, attributes and later refreshes go by the scopes that were granted.',
    grade: 'DOC',
    source: 'AWS: scopesToAdd, scopesToSuppress; of refreshes it is a GUESS',
  },
  'hook.audience': {
    endpoint: '/login, /oauth2/authorize, /oauth2/token',
    sentence:
      'An access token can be given an aud, if that is the client and the login is bound to no resource.',
    grade: 'DOC',
    source: 'AWS: claims and scopes reference',
  },
  'hook.typed-claims': {
    endpoint: '/login, /oauth2/authorize, /oauth2/token',
    sentence:
      'email_verified and phone_number_verified stay booleans in the ID token and address an object, given as text; no list or object can take their place, or that of updated_at.',
    grade: 'GUESS',
    source: 'AWS: event versions, the exceptions for complex objects',
  },
  'hook.refused-user': {
    endpoint: '/login, /oauth2/authorize, /oauth2/token',
    sentence: 'Whom the hook refuses at the page is not signed in; a session that is there stays.',
    grade: 'GUESS',
    source: 'not established',
  },
  'hook.refresh-token': {
    endpoint: '/login, /oauth2/authorize, /oauth2/token',
    sentence: 'A hook that fails does not cost a refresh token that rotates.',
    grade: 'GUESS',
    source: 'not established',
  },
  'hook.handler': {
    endpoint: '/login, /oauth2/authorize, /oauth2/token',
    sentence:
      'A handler answers as in Lambda: with a promise, a callback or the context; what it returns otherwise is lost.',
    grade: 'DOC',
    source: 'AWS: Lambda function handler in Node.js',
  },
  'userinfo.strings': {
    endpoint: '/oauth2/userInfo',
    sentence:
      'Every value is a string, "true" and identities too; sub and username are there; groups, iss and aud are not.',
    grade: 'DOC',
    source: 'AWS: userInfo endpoint; of identities it is a GUESS',
  },
  'userinfo.challenge': {
    endpoint: '/oauth2/userInfo',
    sentence: 'WWW-Authenticate has error and error_description, and no scheme before them.',
    grade: 'DOC',
    source: 'AWS: userInfo endpoint',
  },
  'revoke.answer': {
    endpoint: '/oauth2/revoke',
    sentence: '200 without a body, also for a token that is revoked already, has expired, or was never one.',
    grade: 'DOC',
    source: 'AWS: revoke endpoint',
  },
  'revoke.unauthorized': {
    endpoint: '/oauth2/revoke',
    sentence:
      'A client that cannot prove itself gets 401 {"error":"invalid_client"}, where the token endpoint says 400.',
    grade: 'DOC',
    source: 'AWS: revoke endpoint',
  },
  'revoke.hint': {
    endpoint: '/oauth2/revoke',
    sentence: 'token_type_hint is ignored.',
    grade: 'GUESS',
    source: 'not documented',
  },
  'revoke.dead': {
    endpoint: '/oauth2/revoke',
    sentence: 'Dead afterwards: every refresh token of the login, and its access tokens at userInfo.',
    grade: 'DOC',
    source: 'AWS: token revocation',
  },
  'revoke.alive': {
    endpoint: '/oauth2/revoke',
    sentence:
      'Alive afterwards: the signatures of its tokens, other logins of the user, the session of the browser.',
    grade: 'DOC',
    source: 'AWS: token revocation',
  },
  'jwks.document': {
    endpoint: '/<poolId>/.well-known/…',
    sentence: 'jwks.json has two RSA keys, each with alg, e, kid, kty, n and use, in this order.',
    grade: 'SEEN',
    source: 'a real document; AWS: two key pairs for each pool',
  },
  'discovery.document': {
    endpoint: '/<poolId>/.well-known/…',
    sentence:
      'openid-configuration has the twelve keys of real ones, in alphabetical order; scopes_supported is that of the pool, without custom ones.',
    grade: 'SEEN',
    source: 'real documents of 2022 and 2025',
  },
  'discovery.issuer': {
    endpoint: '/<poolId>/.well-known/…',
    sentence:
      'issuer is what the tokens say, by whatever name the server is called; with --issuer aws it is the URL at AWS, and the other URLs are here.',
    grade: 'GUESS',
    source: 'our own rule: Cognito has one name for each pool',
  },
  'discovery.updated-issuer': {
    endpoint: '/<poolId>/.well-known/…',
    sentence:
      'With --issuer aws, a pool whose IssuerConfiguration is UPDATED has the issuer https://issuer-cognito-idp.<region>.amazonaws.com/<poolId>, in discovery and tokens.',
    grade: 'DOC',
    source: 'AWS: federation endpoints, issuers',
  },
  'discovery.any-origin': {
    endpoint: '/<poolId>/.well-known/…',
    sentence: 'Both documents are application/json, and any origin may read them.',
    grade: 'GUESS',
    source: 'not established; single-page apps read them',
  },
  'pools.apart': {
    endpoint: 'every endpoint',
    sentence: 'Pools share neither clients, users, codes, sessions, refresh tokens, keys nor clocks.',
    grade: 'DOC',
    source: 'AWS: user pools; the clocks are ours',
  },
  'pages.customization': {
    endpoint: '/login, /signup, /forgotPassword and the pages after them',
    sentence:
      'The classic pages have the CSS and the logo of the client, or else those of the pool (ALL), within the limits of Cognito; a file is read again for each page, and open pages show at once what was edited.',
    grade: 'DOC',
    source: 'AWS: customizing the hosted UI; the files are our own addition',
  },
  'pages.branding': {
    endpoint: '/login, /signup, /forgotPassword and the pages after them',
    sentence:
      'Managed login has the colours, corners, colour scheme, logo, favicon and backgrounds of page and form of the client’s branding style, in a design of our own.',
    grade: 'DOC',
    source: 'AWS: the Settings and Assets of CreateManagedLoginBranding',
  },
  'signup.terms': {
    endpoint: '/signup',
    sentence:
      'Under managed login, sign-up links terms of use and privacy policy in the language of the page, if there are both.',
    grade: 'DOC',
    source: 'AWS: CreateTerms, terms documents',
  },
  'headers.family': {
    endpoint: 'every endpoint',
    sentence:
      'Every answer of the domain has the no-cache headers, x-content-type-options, x-xss-protection, x-frame-options, server: Server and a new x-amz-cognito-request-id.',
    grade: 'SEEN',
    source: 'traces of 2022 and 2023',
  },
  'headers.no-hsts': {
    endpoint: 'every endpoint',
    sentence:
      'There is no Strict-Transport-Security, which Cognito sends: it would turn the whole of localhost to https.',
    grade: 'GUESS',
    source: 'our own rule',
  },
  'headers.page-type': {
    endpoint: 'every endpoint',
    sentence:
      'Pages are text/html;charset=UTF-8 and en-US, JSON is application/json;charset=UTF-8, redirects are empty.',
    grade: 'SEEN',
    source: 'traces of 2022 and 2023',
  },
  'cookies.xsrf': {
    endpoint: 'every endpoint',
    sentence:
      'Every answer of the domain sets XSRF-TOKEN=<UUID>; Path=/; HttpOnly; SameSite=Lax, tokens and errors too.',
    grade: 'SEEN',
    source: 'traces; AWS: cookies of managed login',
  },
  'cookies.secure': {
    endpoint: 'every endpoint',
    sentence: 'Cookies are Secure if the server is called by an https name, and not otherwise.',
    grade: 'GUESS',
    source: 'our own rule: Cognito knows https only',
  },
} as const satisfies Record<string, Behaviour>

/** The name of a row: `token.answer`, `session.not-extended`, … */
export type BehaviourId = keyof typeof behaviours
