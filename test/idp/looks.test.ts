// What the owner of a pool makes of its pages: CSS and a logo of the classic ones, a branding style and documents under
// managed login, and the line that says that it is all a mock.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Fixture, PoolFixture } from '../../src/idp/fixture/fixture.ts'
import { importFixture } from '../../src/idp/fixture/load.ts'
import type { StartedMocknito } from '../../src/index.ts'
import { demoWith, managedDemo } from '../support/fixtures.ts'
import { visit } from '../support/hosted.ts'
import { authorizeUrl } from '../support/oauth.ts'
import { lastReason, shows, startWorld } from '../support/world.ts'

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const svg = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><rect width="2" height="1"/></svg>',
)
const larger = (bytes: number) => Buffer.concat([png, Buffer.alloc(bytes - png.length)])

const poolOf = (fixture: Fixture) => fixture.pools[0] as PoolFixture

/** The demo world in a file, and other files beside it. */
function beside(t: Test, fixture: Fixture, files: Readonly<Record<string, string | Buffer>>): string {
  const folder = t.testdir()
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  writeFileSync(join(folder, 'world.json'), JSON.stringify(fixture))
  return join(folder, 'world.json')
}

const looks = (UICustomizations: PoolFixture['UICustomizations']) =>
  demoWith((pool) => Object.assign(pool, { UICustomizations }))

const styles = (
  ManagedLoginBrandings: PoolFixture['ManagedLoginBrandings'],
  more: Partial<PoolFixture> = {},
) => {
  const fixture = managedDemo()
  Object.assign(poolOf(fixture), { ManagedLoginBrandings, ...more })
  return fixture
}

async function pageOf(mock: StartedMocknito, client = 'web', path = '/login'): Promise<string> {
  const callbacks = { web: 'http://localhost:9401/auth/callback' }
  const { id } = mock.pool.client(client)
  await mock.pool.client(client).register({ callbackUrls: [callbacks.web] })
  const url = authorizeUrl(mock, { client_id: id, redirect_uri: callbacks.web, scope: 'openid' })
  return (await fetch(url.replace('/oauth2/authorize', path))).text()
}

const brand = (mock: StartedMocknito, file: string, client = 'web') =>
  fetch(`${mock.url}/_mock/brand/${mock.pool.client(client).id}/${file}`)

const problemsOf = async (t: Test, fixture: string | Fixture): Promise<readonly string[]> => {
  try {
    await startWorld(t, { fixture })
    return []
  } catch (error) {
    return (error as { problems: readonly string[] }).problems
  }
}

t.test('the CSS and the logo of a client come before those of its pool', async (t) => {
  shows(t, 'pages.customization')
  const fixture = looks([
    { ClientId: 'ALL', CSS: '.label-customizable { color: green }', ImageFile: 'logo.png' },
    { ClientId: 'mockspaclient0000000000001', CSSFile: 'spa.css' },
    { ClientId: 'app', CSSFile: 'spa.css', ImageFile: 'logo.png' },
  ])
  const mock = await startWorld(t, {
    fixture: beside(t, fixture, { 'logo.png': png, 'spa.css': '.label-customizable { color: blue }' }),
  })
  const web = await pageOf(mock)
  t.match(web, `<link rel="stylesheet" href="/_mock/brand/${mock.pool.client('web').id}/style.css">`)
  t.ok(web.indexOf('classic.css') < web.indexOf('style.css'), 'laid over that of the look')
  t.match(web, /<img class="logo-customizable" src="\/_mock\/brand\/\w+\/logo" alt="web">/)
  const css = await brand(mock, 'style.css')
  t.equal(css.headers.get('content-type'), 'text/css; charset=utf-8')
  t.match(css.headers.get('cache-control'), 'no-store', 'so that the next page shows what was edited')
  t.equal(await css.text(), '.label-customizable { color: green }')
  const logo = await brand(mock, 'logo')
  t.equal(logo.headers.get('content-type'), 'image/png')
  t.match(logo.headers.get('content-security-policy'), 'sandbox')
  t.same(Buffer.from(await logo.arrayBuffer()), png)

  t.match(await pageOf(mock, 'spa'), 'alt="mocknito"', 'nothing of the one is in the other')
  t.equal(await (await brand(mock, 'style.css', 'spa')).text(), '.label-customizable { color: blue }')
  t.equal((await brand(mock, 'logo', 'spa')).status, 404)
  t.equal((await brand(mock, 'logo', 'app')).status, 200, 'both may be files')
  t.equal((await brand(mock, 'world.json')).status, 404)
  t.equal((await fetch(`${mock.url}/_mock/brand/nobody/style.css`)).status, 404)
  const added = await mock.pool.createClient({ name: 'added' })
  t.match(await pageOf(mock, added.id), /src="\/_mock\/brand\/\w+\/logo" alt="added"/)
  t.match(await (await fetch(`${mock.url}/error?error=x`)).text(), 'alt="mocknito"', 'whose page is this?')
})

t.test('a file is read again for each page, and the last good one stays', async (t) => {
  const lines: string[] = []
  const fixture = looks([{ ClientId: 'web', CSSFile: 'web.css' }])
  const path = beside(t, fixture, { 'web.css': '.label-customizable { color: red }' })
  const file = path.replace('world.json', 'web.css')
  const mock = await startWorld(t, { fixture: path, log: (line) => lines.push(line) })
  const shown = async () => (await brand(mock, 'style.css')).text()
  writeFileSync(file, '.label-customizable { color: teal }')
  t.equal(await shown(), '.label-customizable { color: teal }')
  writeFileSync(file, 'body { color: teal }')
  for (const _ of ['once', 'twice']) t.equal(await shown(), '.label-customizable { color: teal }')
  rmSync(file)
  t.equal(await shown(), '.label-customizable { color: teal }')
  writeFileSync(file, '')
  t.equal(await shown(), '')
  t.strictSame(
    lines.filter((line) => line.startsWith('warning')),
    [
      'warning: web.css: body is none of the selectors that Cognito accepts; the last good one stays',
      `warning: web.css: there is no file ${file}; the last good one stays`,
    ],
    'told once each',
  )
})

t.test('what Cognito would not take as CSS is a problem of the fixture', async (t) => {
  const none = 'is none of the selectors that Cognito accepts'
  for (const [css, ...problems] of [
    ['.submitButton-customizable:hover, .inputField-customizable:focus { color: red }'],
    ['/* body { } @import */ .legalText-customizable { content: "} @media \\" {" }'],
    ['@import url(x); .label-customizable { }', '@import is refused by Cognito'],
    ['@media print { .label-customizable { } }', '@media is refused by Cognito'],
    ['@page { } @supports (a: b) { }', '@page is refused by Cognito', '@supports is refused by Cognito'],
    [
      '.label-customizable { content: "/*" } @import "x"; .label-customizable { content: "*/" }',
      '@import is refused by Cognito',
    ],
    ['.lable-customizable { }', `.lable-customizable ${none}; did you mean .label-customizable?`],
    ['.label-customizable:hover, body { }', `.label-customizable:hover ${none}`, `body ${none}`],
    ['{ color: red }', `a rule without a selector ${none}`],
    [
      '.label-customizable { color: red',
      'has something outside of its rules: .label-customizable { color: red',
    ],
    ['.label-customizable { } }', 'has something outside of its rules: }'],
    [
      '.label-customizable { background: url(javascript:alert(1)) }',
      'has JavaScript in it, which Cognito refuses',
    ],
    [`.label-customizable { color: ${'x'.repeat(3072)} }`, 'has 3103 bytes, of which Cognito accepts 3072'],
  ] as const)
    t.strictSame(
      await problemsOf(t, looks([{ ClientId: 'web', CSS: css }])),
      problems.map((problem) => `pools[0].UICustomizations[0].CSS: ${problem}`),
      css.slice(0, 60),
    )
})

t.test('so is a logo that is too large or no picture, and a look of nobody', async (t) => {
  const fixture = looks([
    { ClientId: 'web', ImageFile: 'large.png' },
    { ClientId: 'spa', ImageFile: 'logo.svg' },
    { ClientId: 'app', ImageFile: 'gone.png' },
    { ClientId: 'ALL', CSS: `.label-customizable { color: ${'x'.repeat(2000)} }`, ImageFile: 'full.png' },
  ])
  const path = beside(t, fixture, {
    'large.png': larger(102_401),
    'logo.svg': svg,
    'full.png': larger(102_400),
  })
  const at = (index: number) => `pools[0].UICustomizations[${index}].ImageFile:`
  t.strictSame(await problemsOf(t, path), [
    `${at(0)} has 102401 bytes, of which Cognito accepts 102400`,
    `${at(1)} is no picture of a kind that Cognito accepts here (PNG or JPEG)`,
    `${at(2)} there is no file ${path.replace('world.json', 'gone.png')}`,
    `${at(3)} makes a request of 138567 bytes with its CSS, of which Cognito accepts 138240`,
  ])
  t.strictSame(
    await problemsOf(
      t,
      looks([
        { ClientId: 'wep', CSS: '' },
        { ClientId: 'nobody at all' },
        { ClientId: 'web', CSS: '', CSSFile: 'a.css' },
        { ClientId: 'mockwebclient0000000000001' },
      ]),
    ),
    [
      'pools[0].UICustomizations[0].ClientId: there is no client wep; did you mean web?',
      'pools[0].UICustomizations[1].ClientId: there is no client nobody at all',
      'pools[0].UICustomizations[3].ClientId: mockwebclient0000000000001 has at pools[0].UICustomizations[2] already',
      'pools[0].UICustomizations[2]: has CSS and CSSFile, expected one of the two',
    ],
  )
})

t.test('a pool without clients has no looks of clients', async (t) => {
  const fixture = looks([{ ClientId: 'web', CSS: '' }])
  delete poolOf(fixture).Clients
  t.strictSame(await problemsOf(t, fixture), [
    'pools[0].UICustomizations[0].ClientId: there is no client web',
  ])
})

t.test('a pool that is created has its looks as well', async (t) => {
  const mock = await startWorld(t)
  const fixture = poolOf(looks([{ ClientId: 'ALL', CSS: '.label-customizable { }' }]))
  const ids = { UserPool: { ...fixture.UserPool, Id: 'us-east-1_Other' }, Domain: 'other' }
  const clients = fixture.Clients?.map(({ ClientId: _, ...client }) => client) ?? []
  const pool = await mock.createPool({ fixture: { ...fixture, ...ids, Clients: clients } })
  const css = await fetch(`${mock.url}/_mock/brand/${pool.client('web').id}/style.css`)
  t.equal(await css.text(), '.label-customizable { }')
  const broken = {
    UserPool: { ...fixture.UserPool, Id: 'us-east-1_Broken' },
    UICustomizations: [{ ClientId: 'ALL', CSSFile: '/gone.css' }],
  }
  await t.rejects(mock.createPool({ fixture: broken }), { name: 'FixtureError' })
})

const settings = {
  categories: { global: { colorSchemeMode: 'DYNAMIC' } },
  components: {
    pageBackground: { lightMode: { color: 'fff8e7ff' }, darkMode: { color: '1a1200ff' } },
    primaryButton: { lightMode: { defaults: { backgroundColor: '7a3e00ff' } } },
    form: { borderRadius: 4 },
  },
}

t.test('a branding style colours managed login, light and dark', async (t) => {
  shows(t, 'pages.branding')
  const asset = (ColorMode: 'LIGHT' | 'DARK' | 'DYNAMIC', Bytes: Buffer, Category = 'FORM_LOGO') => ({
    Category,
    ColorMode,
    Extension: 'SVG',
    Bytes: Bytes.toString('base64'),
  })
  const Assets = [
    asset('LIGHT', svg, 'PAGE_HEADER_LOGO'),
    { Category: 'FAVICON_ICO' },
    asset('LIGHT', png),
    asset('DARK', svg),
  ]
  const mock = await startWorld(t, {
    fixture: styles([{ ManagedLoginBrandingId: 'a', ClientId: 'web', Settings: settings, Assets }]),
  })
  const page = await pageOf(mock)
  t.match(page, /\/_mock\/brand\/\w+\/style\.css/)
  t.match(page, /<source srcset="\/_mock\/brand\/\w+\/dark-logo" media="\(prefers-color-scheme: dark\)">/)
  t.match(page, /<img class="logo logo-of-brand" src="\/_mock\/brand\/\w+\/logo" alt="web">/)
  t.equal(
    await (await brand(mock, 'style.css')).text(),
    ':root {\n  color-scheme: light dark;\n  --page-light: #fff8e7ff;\n  --page-dark: #1a1200ff;\n  --button-light: #7a3e00ff;\n  --radius: 4px;\n}\n',
  )
  t.equal((await brand(mock, 'logo')).headers.get('content-type'), 'image/png')
  t.equal((await brand(mock, 'dark-logo')).headers.get('content-type'), 'image/svg+xml')
  t.match(await pageOf(mock, 'spa'), 'managed-logo.svg', 'the style is that of one client')

  for (const [mode, scheme, type] of [
    ['LIGHT', 'light', 'image/png'],
    ['DARK', 'dark', 'image/svg+xml'],
  ] as const) {
    const Settings = { categories: { global: { colorSchemeMode: mode } } }
    const fixed = await startWorld(t, { fixture: styles([{ Settings, Assets, ClientId: 'ALL' }]) })
    t.match(await (await brand(fixed, 'style.css')).text(), `color-scheme: ${scheme};`)
    t.equal((await brand(fixed, 'logo')).headers.get('content-type'), type)
    t.notMatch(await pageOf(fixed), 'dark-logo', 'there is one scheme')
  }
  for (const [mode, only] of [
    ['DARK', 'LIGHT'],
    ['LIGHT', 'DARK'],
  ] as const) {
    const Settings = { categories: { global: { colorSchemeMode: mode } } }
    const single = await startWorld(t, {
      fixture: styles([{ ClientId: 'ALL', Settings, Assets: [asset(only, png)] }]),
    })
    t.equal((await brand(single, 'logo')).status, 200, 'the logo of the other scheme is better than none')
  }
  const own = styles([{ ManagedLoginBrandingId: 'a', LogoFile: 'logo.svg', Assets }])
  const filed = await startWorld(t, { fixture: beside(t, own, { 'logo.svg': svg }) })
  t.same(Buffer.from(await (await brand(filed, 'logo')).arrayBuffer()), svg)
})

t.test('settings that no style sheet could have are problems of the fixture', async (t) => {
  const Settings = {
    categories: { global: { colorSchemeMode: 'DUSK' } },
    components: { form: { borderRadius: -1, lightMode: { backgroundColor: 'red' } }, pageBackground: 'blue' },
  }
  const Assets = [{ Category: 'FORM_LOGO', Bytes: 'bm90aGluZw==' }]
  const path = 'pools[0].ManagedLoginBrandings[0]'
  t.strictSame(await problemsOf(t, styles([{ ClientId: 'web', Settings, Assets }])), [
    `${path}.Settings.categories.global.colorSchemeMode: is "DUSK", expected LIGHT, DARK, DYNAMIC`,
    `${path}.Settings.components.form.lightMode.backgroundColor: is "red", expected eight hexadecimal digits, as in 0972d3ff`,
    `${path}.Settings.components.form.borderRadius: is -1, expected a number from 0 to 100`,
    `${path}.Assets[0].Bytes: is no picture of a kind that Cognito accepts here (PNG, JPEG, WebP, ICO or SVG)`,
  ])
})

t.test('a client without a style has no pages, if that is switched', async (t) => {
  const fixture = styles([{ ClientId: 'web', UseCognitoProvidedValues: true } as object])
  const mock = await startWorld(t, { fixture, switches: { 'missing-style': 'unavailable' } })
  t.equal((await visit(mock)).place, '/login')
  const { id } = mock.pool.client('spa')
  const query = new URL(authorizeUrl(mock, { client_id: id, redirect_uri: 'http://localhost:5173/callback' }))
    .search
  const answer = await fetch(`${mock.url}/login${query}`)
  const page = await answer.text()
  t.equal(answer.status, 403)
  t.match(page, '<h1 id="heading">Login pages unavailable</h1>')
  t.match(page, 'Please contact an administrator.')
  t.equal(
    lastReason(mock),
    'pages.style: no entry of ManagedLoginBrandings is for spa (the switch missing-style is unavailable)',
  )
})

t.test('signing up under managed login means agreeing to documents, if there are both', async (t) => {
  shows(t, 'signup.terms')
  const both = (client: object = {}): NonNullable<PoolFixture['Terms']> => [
    {
      ...client,
      TermsId: 't',
      TermsName: 'terms-of-use',
      Links: { 'cognito:default': 'https://a.example/t?a=b&c' },
    },
    {
      ...client,
      TermsId: 'p',
      TermsName: 'privacy-policy',
      Links: { 'cognito:default': 'https://a.example/p', 'cognito:spanish': 'https://a.example/p/es' },
    },
  ]
  const mock = await startWorld(t, { fixture: styles([], { Terms: both({ ClientId: 'web' }) }) })
  const page = await pageOf(mock, 'web', '/signup')
  t.match(page.replaceAll(/<[^>]+>/g, ''), 'By signing up, you agree to our Terms of use and Privacy policy.')
  t.match(page, 'href="https://a.example/t?a=b&amp;c"')
  t.match(page, 'href="https://a.example/p"')
  const spanish = (await visit(mock, { lang: 'es' }, '/signup')).page.body
  t.match(spanish, 'href="https://a.example/p/es"')
  t.match(spanish, 'Condiciones de uso')
  t.notMatch(await pageOf(mock, 'spa', '/signup'), 'you agree')

  const [first, second] = both()
  const half = await startWorld(t, { fixture: styles([], { Terms: [first as never] }) })
  t.notMatch(await pageOf(half, 'web', '/signup'), 'you agree')
  const foreign = { ...second, Links: { 'cognito:german': 'https://a.example/p/de' } }
  const other = await startWorld(t, { fixture: styles([], { Terms: [first as never, foreign as never] }) })
  t.notMatch(await pageOf(other, 'web', '/signup'), 'you agree', 'one of them is in no language of the page')
  t.strictSame(
    await problemsOf(
      t,
      styles([], { Terms: [first, first, { ...second, Links: { en: 'https://a' } }] as never }),
    ),
    [
      'pools[0].Terms[1].ClientId: ALL has terms-of-use at pools[0].Terms[0] already',
      'pools[0].Terms[2].Links: en is not known here; known are cognito:default, cognito:english, cognito:french, cognito:spanish, cognito:german, cognito:bahasa-indonesia, cognito:italian, cognito:japanese, cognito:korean, cognito:portuguese-brazil, cognito:chinese-simplified, cognito:chinese-traditional',
    ],
  )
})

t.test('the line that says what it is can be switched off', async (t) => {
  const words = 'local mock, not AWS'
  const silent = { ...demoWith(() => {}), defaults: { ribbon: false } }
  t.match(await pageOf(await startWorld(t)), words)
  t.notMatch(await pageOf(await startWorld(t, { fixture: silent })), words)
  t.match(await pageOf(await startWorld(t, { fixture: silent, ribbon: true })), words)
  t.notMatch(await pageOf(await startWorld(t, { fixture: managedDemo(), ribbon: false })), words)
})

t.test('what the AWS CLI prints of a look is part of the world', async (t) => {
  const UserPoolId = 'us-east-1_LocalPool'
  const folder = t.testdir({
    'pool.json': JSON.stringify({ UserPool: { Id: UserPoolId, Name: 'x' } }),
    'client.json': JSON.stringify({ UserPoolClient: { UserPoolId, ClientId: 'abc', ClientName: 'web' } }),
    'ui.json': JSON.stringify({
      UICustomization: {
        UserPoolId,
        ClientId: 'ALL',
        CSS: '',
        CSSVersion: '1',
        ImageUrl: 'https://a.example/l.png',
      },
    }),
    'terms.json': JSON.stringify({
      Terms: {
        UserPoolId,
        ClientId: 'abc',
        TermsId: 't',
        TermsName: 'terms-of-use',
        Links: { 'cognito:default': 'https://a.example' },
      },
    }),
    'names.json': JSON.stringify({ Terms: [{ TermsId: 't', TermsName: 'terms-of-use' }] }),
    'none.json': JSON.stringify({ UICustomization: {} }),
    'style.json': JSON.stringify({
      ManagedLoginBranding: { UserPoolId, ManagedLoginBrandingId: 'a', UseCognitoProvidedValues: true },
    }),
    'own.yaml': `pools: [{ UserPool: { Id: ${UserPoolId} }, ManagedLoginBrandings: [{ ManagedLoginBrandingId: a, ClientId: web }] }]`,
  })
  const notes: string[] = []
  const fixture = await importFixture([folder], (note) => notes.push(note))
  t.match(poolOf(fixture), {
    UICustomizations: [{ ClientId: 'ALL', CSSVersion: '1' }],
    ManagedLoginBrandings: [{ ManagedLoginBrandingId: 'a', ClientId: 'web', UseCognitoProvidedValues: true }],
    Terms: [{ TermsId: 't', ClientId: 'abc' }],
  })
  t.ok(notes.some((note) => note.endsWith('UICustomization: there is no such customization')))
  t.ok(notes.some((note) => note.endsWith('names.json: Terms: is not used here')))
  t.ok(notes.some((note) => note.startsWith('the logo of ALL in us-east-1_LocalPool is at AWS')))
})
