import t from 'tap'
import { type ConfigError, type Environment, readConfig } from '../../src/bff/config.ts'

const least = { COGNITO_ISSUER: 'https://issuer.example/pool', COGNITO_CLIENT_ID: 'client' }

/** The problems that an environment has. */
function problemsOf(env: Environment): readonly string[] {
  try {
    readConfig(env)
    return []
  } catch (error) {
    return (error as ConfigError).problems
  }
}

t.test('two variables are enough', async (t) => {
  t.match(readConfig(least), {
    issuer: new URL('https://issuer.example/pool'),
    clientId: 'client',
    clientSecret: undefined,
    hostedDomain: undefined,
    publicUrl: undefined,
    host: 'localhost',
    port: 9401,
    scopes: ['openid', 'email', 'profile'],
    loginRedirectStatus: 302,
    cookieSameSite: 'Strict',
    insecureCookies: false,
    sessionIdleSeconds: 900,
    sessionAbsoluteSeconds: 28_800,
  })
})

t.test('everything can be set, and surrounding blanks do not count', async (t) => {
  const config = readConfig({
    ...least,
    COGNITO_CLIENT_SECRET: ' s3cret ',
    COGNITO_DOMAIN: 'https://login.example',
    BFF_PUBLIC_URL: 'https://app.example',
    BFF_PORT: '0',
    BFF_HOST: '0.0.0.0',
    BFF_SCOPES: 'openid orders/read',
    BFF_LOGIN_REDIRECT_STATUS: '307',
    BFF_COOKIE_SAME_SITE: 'Lax',
    BFF_SESSION_IDLE: '60',
    BFF_SESSION_ABSOLUTE: '3600',
    BFF_INSECURE_COOKIES: '1',
  })
  t.match(config, {
    clientSecret: 's3cret',
    hostedDomain: new URL('https://login.example'),
    publicUrl: new URL('https://app.example'),
    host: '0.0.0.0',
    port: 0,
    scopes: ['openid', 'orders/read'],
    loginRedirectStatus: 307,
    cookieSameSite: 'Lax',
    insecureCookies: true,
    sessionIdleSeconds: 60,
    sessionAbsoluteSeconds: 3600,
  })
})

t.test('all problems are told at once, each in a sentence that names the variable', async (t) => {
  const env = {
    COGNITO_CLIENT_ID: '   ',
    COGNITO_CLIENT_SECRET: 'do-not-print-me',
    COGNITO_DOMAIN: 'login.example',
    BFF_PORT: '65536',
    BFF_SCOPES: 'email',
    BFF_LOGIN_REDIRECT_STATUS: '301',
    BFF_COOKIE_SAME_SITE: 'None',
    BFF_SESSION_IDLE: '15m',
    BFF_SESSION_ABSOLUTE: '0',
  }
  t.strictSame(problemsOf(env), [
    'COGNITO_ISSUER is missing: set it to the issuer of the user pool, a URL.',
    'COGNITO_CLIENT_ID is missing: set it to the id of the app client.',
    'COGNITO_DOMAIN must be a full URL such as https://login.example.com, not "login.example".',
    'BFF_PORT must be a whole number from 0 to 65535, not "65536".',
    'BFF_SCOPES must contain "openid": without it there is no ID token to log in with.',
    'BFF_LOGIN_REDIRECT_STATUS must be 302, 303 or 307, not "301".',
    'BFF_COOKIE_SAME_SITE must be Strict or Lax, not "None".',
    'BFF_SESSION_IDLE must be a whole number from 1 to 31536000, not "15m".',
    'BFF_SESSION_ABSOLUTE must be a whole number from 1 to 31536000, not "0".',
  ])
  t.throws(() => readConfig(env), { name: 'ConfigError', message: /BFF_PORT.*BFF_SCOPES/s })
  t.notMatch(String(problemsOf(env)), 'do-not-print-me')
})

t.test('an idle limit beyond the absolute one is a mistake', async (t) => {
  t.match(problemsOf({ ...least, BFF_SESSION_IDLE: '60', BFF_SESSION_ABSOLUTE: '59' }), [
    /BFF_SESSION_IDLE is longer than BFF_SESSION_ABSOLUTE/,
  ])
})

t.test('plain http is for this machine only', async (t) => {
  for (const host of ['localhost:9400', 'idp.localhost', '127.0.0.1:9400', '127.1.2.3', '[::1]:9400']) {
    t.strictSame(problemsOf({ ...least, COGNITO_ISSUER: `http://${host}/pool` }), [], host)
    t.strictSame(problemsOf({ ...least, BFF_PUBLIC_URL: `http://${host}` }), [], host)
  }
  for (const host of ['issuer.example', '127.0.0.1.example', 'localhost.example', '10.0.0.1']) {
    t.match(problemsOf({ ...least, COGNITO_ISSUER: `http://${host}/pool` }), [/must be https/], host)
    t.match(problemsOf({ ...least, BFF_PUBLIC_URL: `http://${host}` }), [/browsers refuse the session/], host)
  }
})

t.test('cookies without protection are possible, but only by name', async (t) => {
  const env = { ...least, BFF_PUBLIC_URL: 'http://app.example' }
  t.strictSame(problemsOf({ ...env, BFF_INSECURE_COOKIES: '1' }), [])
  t.match(problemsOf({ ...env, BFF_INSECURE_COOKIES: 'yes' }), [/must be 0 or 1/, /BFF_INSECURE_COOKIES=1/])
})

t.test('a URL must be one that can be used', async (t) => {
  for (const odd of ['ftp://app.example', 'https://app.example?x=1', 'https://app.example#x', '//app']) {
    t.match(problemsOf({ ...least, BFF_PUBLIC_URL: odd }), [/must be a full URL/], odd)
  }
  t.match(problemsOf({ ...least, BFF_PUBLIC_URL: 'https://app.example/sub' }), [/an origin without a path/])
})
