// What the owner of a pool makes of its pages: CSS and a logo of the classic ones, a branding style and documents under
// managed login, and the line that says that it is all a mock.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runFixtureCommand } from '../../src/fixture-commands.ts'
import { watchFiles } from '../../src/idp/fixture/edited-files.ts'
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

t.test('whoever has a page open is told of each edit, however the editor writes', async (t) => {
  shows(t, 'pages.customization')
  const fixture = looks([
    { ClientId: 'web', CSSFile: 'web.css', ImageFile: 'art/logo.png' },
    { ClientId: 'spa', CSS: '' },
  ])
  const path = beside(t, fixture, { 'web.css': '', 'logo.png': png })
  const folder = path.replace('world.json', '')
  mkdirSync(join(folder, 'art'))
  renameSync(join(folder, 'logo.png'), join(folder, 'art/logo.png'))
  const mock = await startWorld(t, { fixture: path })
  const page = await fetch(authorizeUrl(mock))
  const { id } = mock.pool.client('web')
  t.match(
    await page.text(),
    `<script src="/_mock/assets/reload.js" data-changes="/_mock/brand/${id}/changes" defer></script>`,
  )
  t.match(page.headers.get('content-security-policy'), "connect-src 'self'")
  const answer = await brand(mock, 'changes')
  t.equal(answer.headers.get('content-type'), 'text/event-stream')
  const reader = (answer.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader()
  const said = async () => (await reader.read()).value
  t.equal(await said(), ': listening\n\n')
  const changed = 'event: change\ndata: style\n\n'
  writeFileSync(join(folder, 'web.css'), '.label-customizable { color: red }')
  writeFileSync(join(folder, 'web.css'), '.label-customizable { color: blue }')
  t.equal(await said(), changed, 'once for several steps')
  writeFileSync(join(folder, 'web.css~'), '.label-customizable { color: teal }')
  renameSync(join(folder, 'web.css~'), join(folder, 'web.css'))
  t.equal(await said(), changed, 'a file in the place of another')
  writeFileSync(join(folder, 'art/logo.png'), png)
  t.equal(await said(), changed, 'in another folder')
  await mock.close()
  t.match(
    await reader.read().catch(() => ({ done: true })),
    { done: true },
    'and nothing keeps the mock open',
  )
})

t.test('where there are no files, or it is switched off, no page listens', async (t) => {
  const fixture = looks([
    { ClientId: 'web', CSSFile: 'web.css' },
    { ClientId: 'spa', CSS: '' },
  ])
  const path = beside(t, fixture, { 'web.css': '' })
  const off = path.replace('world', 'off')
  writeFileSync(off, JSON.stringify({ ...fixture, defaults: { reload: false } }))
  const listens = async (reload?: boolean, from = path) => {
    const mock = await startWorld(t, { fixture: from, ...(reload !== undefined && { reload }) })
    const page = await fetch(authorizeUrl(mock))
    const isAllowed = page.headers.get('content-security-policy')?.includes('connect-src')
    const isAsked = (await page.text()).includes('reload.js')
    t.equal(isAllowed, isAsked)
    return isAsked
  }
  t.equal(await listens(false), false)
  t.equal(await listens(undefined, off), false)
  t.equal(await listens(true, off), true)
  t.equal(await listens(true), true)
  const mock = await startWorld(t, { fixture: path })
  t.notMatch(await pageOf(mock, 'spa'), 'reload.js')
  t.equal((await brand(mock, 'changes', 'spa')).status, 404)
  t.equal((await brand(mock, 'changes', 'app')).status, 404)
  watchFiles([join(path, 'nowhere', 'a.css')], t.fail)()
  t.pass('a folder that is gone says nothing')
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

t.test('mocknito validate opens the files, and says all problems at once', async (t) => {
  const fixture = looks([
    { ClientId: 'wep', CSSFile: 'bad.css' },
    { ClientId: 'spa', ImageFile: 'logo.svg' },
  ])
  Object.assign(poolOf(fixture), {
    ManagedLoginBrandings: [
      { ClientId: 'web', SettingsFile: 'half.json' },
      { ClientId: 'spa', SettingsFile: 'red.json', LogoFile: 'gone.png' },
      { ClientId: 'app', SettingsFile: 'null.json', Settings: {} },
    ],
  })
  const files = {
    'bad.css': 'body { } @import "x";',
    'logo.svg': svg,
    'half.json': '{ "components": ',
    'red.json': JSON.stringify({ components: { pageBackground: { lightMode: { color: 'red' } } } }),
    'null.json': 'null',
  }
  const path = beside(t, fixture, files)
  const judged = async (paths: readonly string[]): Promise<readonly string[]> => {
    const written: string[] = []
    const to = { write: (text: string) => written.push(text) > 0 }
    const said = await runFixtureCommand({ name: 'validate', paths }, {
      stdout: to,
      stderr: to,
    } as never).then(
      () => [],
      ({ problems }) => problems,
    )
    t.strictSame(written, [])
    return said
  }
  const classic = 'pools[0].UICustomizations'
  const managed = 'pools[0].ManagedLoginBrandings'
  const expected = [
    `${classic}[0].ClientId: there is no client wep; did you mean web?`,
    `${managed}[2]: has Settings and SettingsFile, expected one of the two`,
    `${classic}[0].CSSFile: @import is refused by Cognito`,
    `${classic}[1].ImageFile: is no picture of a kind that Cognito accepts here (PNG or JPEG)`,
    /^pools\[0\]\.ManagedLoginBrandings\[0\]\.SettingsFile: is no JSON: /,
    `${managed}[1].SettingsFile: components.pageBackground.lightMode.color: is "red", expected eight hexadecimal digits, as in 0972d3ff`,
    `${managed}[1].LogoFile: there is no file ${path.replace('world.json', 'gone.png')}`,
    `${managed}[2].SettingsFile: is no object, which Settings are`,
  ]
  const problems = await judged([path])
  t.match(problems, expected)
  t.equal(problems.length, expected.length)
  t.match(await problemsOf(t, path), expected, 'and so does a start')
  t.match(await judged(['nowhere.json']), [/nowhere\.json/])
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

t.test('its images are behind the page and the form, and in the tab', async (t) => {
  shows(t, 'pages.branding')
  const image = (Category: string, Bytes: Buffer, ColorMode: 'LIGHT' | 'DARK' | 'DYNAMIC') => ({
    Category,
    ColorMode,
    Bytes: Bytes.toString('base64'),
  })
  const ico = Buffer.from('000001000100', 'hex')
  const Assets = [
    image('FAVICON_ICO', ico, 'DYNAMIC'),
    image('FAVICON_SVG', svg, 'DYNAMIC'),
    image('PAGE_BACKGROUND', png, 'LIGHT'),
    image('PAGE_BACKGROUND', svg, 'DARK'),
    image('FORM_BACKGROUND', png, 'LIGHT'),
    image('FORM_LOGO', png, 'LIGHT'),
    image('EMAIL_GRAPHIC', png, 'LIGHT'),
  ]
  const start = (Settings: object) =>
    startWorld(t, { fixture: styles([{ ClientId: 'web', Settings, Assets }]) })
  const css = async (mock: StartedMocknito) => (await brand(mock, 'style.css')).text()
  const typeOf = async (mock: StartedMocknito, file: string) =>
    (await brand(mock, file)).headers.get('content-type')
  const scheme = (colorSchemeMode: string) => ({ categories: { global: { colorSchemeMode } } })

  const both = await start({})
  t.match(await pageOf(both), /<link rel="icon" href="\/_mock\/brand\/\w+\/favicon">/)
  t.equal(await typeOf(both, 'favicon'), 'image/svg+xml', 'the one that is sharp in any size')
  t.equal(
    (await css(both)).split('}\n').slice(1).join('}\n'),
    [
      '@media (prefers-color-scheme: light) { body { background: url("page-background") center / cover var(--page); } }\n',
      '@media (prefers-color-scheme: dark) { body { background: url("dark-page-background") center / cover var(--page); } }\n',
      '@media (prefers-color-scheme: light) { .card { background: url("form-background") center / cover var(--card); } }\n',
    ].join(''),
  )
  t.equal(await typeOf(both, 'page-background'), 'image/png')
  t.equal(await typeOf(both, 'dark-page-background'), 'image/svg+xml')
  t.equal((await brand(both, 'dark-form-background')).status, 404)
  t.equal((await brand(both, 'constructor')).status, 404)

  const dark = await css(await start(scheme('DARK')))
  t.match(dark, '\nbody { background: url("dark-page-background")')
  t.notMatch(dark, '"page-background"')
  const light = await css(await start(scheme('LIGHT')))
  t.match(light, '\nbody { background: url("page-background")')
  t.notMatch(light, 'dark-page-background')

  const plain = await start({
    components: {
      favicon: { enabledTypes: ['ICO'] },
      pageBackground: { image: { enabled: false } },
      form: { backgroundImage: { enabled: false }, logo: { enabled: false } },
    },
  })
  t.equal(await typeOf(plain, 'favicon'), 'image/x-icon')
  t.notMatch(await css(plain), 'url(')
  t.match(await pageOf(plain), 'managed-logo.svg', 'the style says that it is not to be shown')
})

t.test('the settings of a style may be in a file, and are read again', async (t) => {
  const Assets = (['LIGHT', 'DARK'] as const).map((ColorMode) => ({
    Category: 'FORM_LOGO',
    ColorMode,
    Bytes: png.toString('base64'),
  }))
  const mode = (colorSchemeMode: string) => JSON.stringify({ categories: { global: { colorSchemeMode } } })
  const path = beside(t, styles([{ ClientId: 'web', SettingsFile: 'style.json', Assets }]), {
    'style.json': mode('DYNAMIC'),
  })
  const mock = await startWorld(t, { fixture: path })
  t.match(await pageOf(mock), 'dark-logo')
  writeFileSync(path.replace('world', 'style'), mode('DARK'))
  t.match(await (await brand(mock, 'style.css')).text(), 'color-scheme: dark;')
  t.notMatch(await pageOf(mock), 'dark-logo')
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
