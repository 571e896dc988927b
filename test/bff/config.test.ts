import { readFileSync } from 'node:fs'
import t from 'tap'
import {
  type ConfigError,
  type Environment,
  environmentOf,
  readConfig,
  seriesNames,
  variables,
} from '../../src/bff/config.ts'

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
    refreshTokenSeconds: 2_592_000,
    sessionsPerUser: 10,
    credentialsFile: undefined,
    tokenEndpointAuth: 'basic',
    backChannelOrigin: undefined,
    userInfo: 'always',
    userInfoEverySeconds: 0,
    providerLogout: 'cognito',
    globalSignOut: false,
    clockToleranceSeconds: 60,
    homeUrl: undefined,
    allowedOrigins: [],
    storeFolder: undefined,
    sessionKeys: [],
    proxies: new Map(),
    handoff: 'cookie',
    appRedirects: [],
    profile: 'secure',
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
    'BFF_SCOPES must contain "openid": without it there is no ID token to log in with.',
    'COGNITO_DOMAIN must be a full URL such as https://login.example.com, not "login.example".',
    'BFF_LOGIN_REDIRECT_STATUS must be 302, 303 or 307, not "301".',
    'BFF_COOKIE_SAME_SITE must be Strict or Lax, not "None".',
    'BFF_SESSION_IDLE must be a whole number from 1 to 31536000, not "15m".',
    'BFF_SESSION_ABSOLUTE must be a whole number from 1 to 31536000, not "0".',
    'BFF_PORT must be a whole number from 0 to 65535, not "65536".',
  ])
  t.throws(() => readConfig(env), { name: 'ConfigError', message: /BFF_SCOPES.*BFF_PORT/s })
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
  t.match(problemsOf(env), [/BFF_INSECURE_COOKIES=1/])
  t.strictSame(problemsOf({ ...env, BFF_INSECURE_COOKIES: 'yes' }), [
    'BFF_INSECURE_COOKIES must be 0 or 1, not "yes".',
  ])
})

t.test('a URL must be one that can be used', async (t) => {
  for (const odd of ['ftp://app.example', 'https://app.example?x=1', 'https://app.example#x', '//app']) {
    t.match(problemsOf({ ...least, BFF_PUBLIC_URL: odd }), [/must be a full URL/], odd)
  }
  t.match(problemsOf({ ...least, BFF_PUBLIC_URL: 'https://app.example/sub' }), [/an origin without a path/])
})

t.test('the names of the article’s sample are understood, and ours go before', async (t) => {
  const env = {
    COGNITO_USER_POOL_ID: 'eu-west-1_Example',
    COGNITO_DOMAIN_PREFIX: 'shop',
    AWS_REGION: 'eu-west-1',
    COGNITO_APP_ID: 'an-app',
    COGNITO_APP_SECRET: 'its-secret',
    API_GATEWAY_URL: 'https://gateway.example',
    LOGIN_REDIRECT_URL: 'https://shop.example/home',
    CORS_ALLOW_ORIGIN: 'https://shop.example',
  }
  t.match(readConfig(env), {
    issuer: new URL('https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example'),
    hostedDomain: new URL('https://shop.auth.eu-west-1.amazoncognito.com'),
    clientId: 'an-app',
    clientSecret: 'its-secret',
    publicUrl: new URL('https://gateway.example'),
    homeUrl: new URL('https://shop.example/home'),
    allowedOrigins: ['https://shop.example'],
  })
  t.equal(readConfig({ ...env, COGNITO_CLIENT_ID: 'ours' }).clientId, 'ours')
  t.strictSame(problemsOf({ ...env, COGNITO_ISSUER: ' ' }), [], 'blanks say nothing')
  t.match(problemsOf({ ...env, API_GATEWAY_URL: 'https://gateway.example/prod', CORS_ALLOW_ORIGIN: '*' }), [
    /^API_GATEWAY_URL must be an origin without a path, such as https:\/\/gateway\.example\.$/,
    /^CORS_ALLOW_ORIGIN must name each origin/,
  ])
  t.equal(
    readConfig({ ...env, AWS_REGION: undefined }).hostedDomain?.host,
    'shop.auth.us-east-1.amazoncognito.com',
    'the region of the article',
  )
})

t.test('a secret may be in a file', async (t) => {
  const folder = t.testdir({ secret: 's3cret\n' })
  t.equal(readConfig({ ...least, COGNITO_CLIENT_SECRET_FILE: `${folder}/secret` }).clientSecret, 's3cret')
  t.match(problemsOf({ ...least, COGNITO_CLIENT_SECRET_FILE: `${folder}/none` }), [
    /^COGNITO_CLIENT_SECRET_FILE cannot be read: ENOENT/,
  ])
})

t.test('lists are parted by blanks or commas, and each entry is checked', async (t) => {
  const key = Buffer.alloc(32, 7).toString('base64')
  const config = readConfig({
    ...least,
    BFF_ALLOWED_ORIGINS: 'https://one.example, https://two.example',
    BFF_PROXIES: '/api=https://api.example/v1 /other=http://localhost:1234',
    BFF_APP_REDIRECTS: 'com.example.app:/login https://app.example/login',
    BFF_SESSION_KEYS: `${key} ${key}`,
    BFF_HANDOFF: 'code',
  })
  t.strictSame(config.allowedOrigins, ['https://one.example', 'https://two.example'])
  t.strictSame([...config.proxies].map(String), [
    '/api,https://api.example/v1',
    '/other,http://localhost:1234/',
  ])
  t.strictSame(config.appRedirects, ['com.example.app:/login', 'https://app.example/login'])
  t.equal(config.sessionKeys.length, 2)

  for (const pair of [
    'api=https://api.example',
    '/api',
    '/api/v1=https://api.example',
    '/=https://a.example',
  ])
    t.match(problemsOf({ ...least, BFF_PROXIES: pair }), [/BFF_PROXIES must be like \/api=https:/], pair)
  t.match(problemsOf({ ...least, BFF_PROXIES: '/api=http://api.example' }), [/must be https/])
  t.strictSame(problemsOf({ ...least, BFF_PROXIES: '/api=https://a.example /api=https://b.example' }), [
    'BFF_PROXIES says twice where /api is.',
  ])
  t.strictSame(problemsOf({ ...least, BFF_PROXIES: '/api=https://me:pass@a.example' }), [
    'BFF_PROXIES must not contain a user name or a password.',
  ])
  for (const url of ['javascript:alert(1)', 'data:text/html,x', 'http://app.example', 'app', 'a:/b#c'])
    t.match(problemsOf({ ...least, BFF_APP_REDIRECTS: url }), [/must be like com\.example\.app:/], url)
  t.strictSame(problemsOf({ ...least, BFF_SESSION_KEYS: 'dG9vIHNob3J0' }), [
    'BFF_SESSION_KEYS must be 32 bytes in base64 (openssl rand -base64 32), not 9.',
  ])
})

t.test('settings that contradict one another are told', async (t) => {
  t.match(problemsOf({ ...least, BFF_STORE: '/tmp/x' }), [/BFF_STORE needs BFF_SESSION_KEYS/])
  for (const misread of [
    { BFF_STORE: '/tmp/x', BFF_SESSION_KEYS: 'YQ==' },
    { BFF_SESSION_IDLE_FILE: '/nothing/here', BFF_SESSION_ABSOLUTE: '60' },
  ])
    t.equal(problemsOf({ ...least, ...misread }).length, 1, 'but not what only follows from one of those')
  t.match(problemsOf({ ...least, COGNITO_CREDENTIALS_FILE: '/x' }), [/both say who the client is/])
  t.match(problemsOf({ ...least, BFF_PROXIES: '/auth=https://a.example' }), [/BFF_PROXIES gives away a path/])
  const series = { ...least, BFF_PROFILE: 'series', BFF_PROXIES: '/apis=https://a.example' }
  t.match(problemsOf(series), [/BFF_PROXIES gives away a path/])
  t.match(problemsOf({ ...least, BFF_HANDOFF: 'query' }), [/only BFF_PROFILE=series does that/])
  t.match(problemsOf({ ...least, BFF_HANDOFF: 'code' }), [/BFF_APP_REDIRECTS names no place/])
  t.equal(readConfig({ ...least, BFF_PROFILE: 'series' }).handoff, 'query')
  t.strictSame(readConfig({ ...least, BFF_GLOBAL_SIGN_OUT: '1', BFF_SCOPES: 'openid' }).scopes, [
    'openid',
    'aws.cognito.signin.user.admin',
  ])
  t.strictSame(problemsOf({ COGNITO_ISSUER: least.COGNITO_ISSUER, COGNITO_CREDENTIALS_FILE: '/x' }), [])
  t.strictSame(problemsOf({ ...least, COGNITO_ISSUER: 'http://far.example' }), [
    'COGNITO_ISSUER must be https: plain http is accepted on localhost and 127.0.0.1 only.',
  ])
})

t.test('options are the same settings in another dress', async (t) => {
  const config = readConfig(
    environmentOf(
      {
        issuer: new URL('https://issuer.example/pool'),
        clientId: 'client',
        clientSecret: undefined,
        scopes: ['openid', 'orders/read'],
        sessionIdleSeconds: 60,
        insecureCookies: true,
        globalSignOut: false,
        proxies: { '/api': 'https://api.example' },
        ...({ clock: { now: () => new Date() } } as object),
      },
      ['clock'],
    ),
  )
  const proxies = new Map([['/api', 'https://api.example']]) as object as Readonly<Record<string, string>>
  t.strictSame(environmentOf({ proxies }), { BFF_PROXIES: '/api=https://api.example' })
  t.throws(() => environmentOf({ sesionIdleSeconds: 5, constructor: 'x' } as object), {
    name: 'ConfigError',
    problems: [/^sesionIdleSeconds is not an option/, /^constructor is not an option/],
  })
  t.match(config, {
    issuer: new URL('https://issuer.example/pool'),
    scopes: ['openid', 'orders/read'],
    sessionIdleSeconds: 60,
    insecureCookies: true,
    globalSignOut: false,
  })
  t.equal(config.proxies.get('/api')?.href, 'https://api.example/')
})

t.test('the page about the BFF knows every setting', async (t) => {
  const page = readFileSync(new URL('../../docs/bff.md', import.meta.url), 'utf8')
  const { host, port, ...documented } = variables
  t.ok(host && port, 'of the server, not of the plugin')
  for (const [option, variable] of Object.entries(documented)) {
    t.ok(page.includes(`\`${option}\``), option)
    t.ok(page.includes(`\`${variable}\``), variable)
  }
  for (const name of Object.values(seriesNames)) t.ok(page.includes(`\`${name}\``), name)
})
