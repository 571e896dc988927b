// Managed login on the wire: the same stories on other pages, one page or the name first, eleven languages, and what its
// script is seen to send.
import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { languages, translated } from '../../../src/idp/plugins/languages.ts'
import { createBrowser, readForm } from '../../support/browser.ts'
import { managedDemo } from '../../support/fixtures.ts'
import { visit } from '../../support/hosted.ts'
import { authorizeUrl } from '../../support/oauth.ts'
import { lastReason, shows, startWorld } from '../../support/world.ts'

const password = 'Passw0rd!'
const choiceBased = managedDemo({ ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] })

t.test('one page for clients with passwords only', async (t) => {
  const mock = await startWorld(t, { fixture: managedDemo() })
  const login = await visit(mock)
  t.match(login.page.body, /<button class="primary" type="submit">Sign in<\/button>/)
  t.match(Object.keys(readForm(login.page).fields).sort(), ['cognitoAsfData', 'csrf', 'password', 'username'])
  t.match(login.page.body, /name="csrf" value="[0-9a-f-]{36}"/)
  t.not(readForm(login.page).fields.cognitoAsfData, '', 'which tells a script that the page is ready')
  t.match(login.page.body, '<html lang="en"')
  t.match(login.page.body, '/_mock/assets/managed.css')
  t.equal(
    (await login.submit({ username: 'alice', password: 'x' })).problem,
    'Incorrect username or password.',
  )
  t.equal((await login.submit({ username: 'alice', password })).place, 'the app')
})

t.test('the name first, where clients let people choose', async (t) => {
  shows(t, 'login.name-first')
  const mock = await startWorld(t, { fixture: choiceBased })
  const first = await visit(mock, { login_hint: 'alice' })
  t.match(first.page.body, /name="username"[^>]* value="alice"/)
  t.match(first.page.body, />Next</)
  t.notMatch(first.page.body, 'name="password"')
  t.equal(
    (await first.submit({ username: ' ' })).problem,
    'The username you entered cannot be empty or contain only spaces',
  )
  for (const [username, place] of [
    ['nobody', '/verifyPassword'],
    ['alice', 'the app'],
  ] as const) {
    const second = await first.submit({ username })
    t.equal(second.place, '/verifyPassword', 'nobody learns here whether there is such a user')
    t.match(second.page.body, `<span class="who-name">${username}</span>`)
    t.match(second.page.body, />Continue</)
    t.equal((await second.submit({ password: 'wrong' })).problem, 'Incorrect username or password.')
    const done = await second.submit({ password })
    t.equal(done.place, place, username)
  }
  t.equal(
    (await first.post('/login', { username: 'alice', password })).place,
    'the app',
    'both at once are fine too',
  )
  const alone = await visit(mock, {}, '/verifyPassword')
  t.equal(alone.problem, 'Something went wrong')
  t.match(alone.page.body, />Next</, 'the page is the one with the name again')
})

t.test('observed clients send JSON strings, and the field is called csrf', async (t) => {
  shows(t, 'login.json-strings')
  const mock = await startWorld(t, { fixture: choiceBased })
  const first = await visit(mock)
  const csrf = first.browser.cookie(mock.url, 'XSRF-TOKEN') as string
  const quoted = (text: string) => JSON.stringify(text)
  const search = new URL(authorizeUrl(mock)).search
  const named = await first.browser.post(`${mock.url}/login${search}`, {
    csrf: quoted(csrf),
    username: quoted('alice'),
    cognitoAsfData: quoted('x'),
  })
  t.equal(named.location?.pathname, '/verifyPassword')
  const signedIn = await first.browser.post(`${mock.url}/verifyPassword${search}`, {
    csrf: quoted(csrf),
    password: quoted(password),
  })
  t.ok(signedIn.location?.searchParams.get('code'))

  const broken = await visit(mock)
  const again = await broken.submit({ username: '"a\\x"' })
  t.match(again.page.body, 'who-name">&quot;a\\x&quot;<', 'what is no JSON is taken as it is')
  const classic = await startWorld(t)
  const answer = await (await visit(classic)).submit({ username: '"alice"', password })
  t.equal(answer.problem, 'Incorrect username or password.', 'and the classic pages take nothing off')
})

t.test('a login that stands still for five minutes is over', async (t) => {
  const mock = await startWorld(t, { fixture: managedDemo() })
  const page = await (await visit(mock)).submit({ username: 'frank', password })
  await mock.pool.clock.advance('4m')
  t.equal((await page.open('/mfa')).problem, undefined)
  await mock.pool.clock.advance('61s')
  t.equal((await page.open('/mfa')).problem, 'Something went wrong')
  t.match(lastReason(mock), /^step\.live: the login was left alone/)
})

t.test('all languages of managed login, kept by a cookie', async (t) => {
  const mock = await startWorld(t, { fixture: managedDemo() })
  const browser = createBrowser()
  const seen = new Set<string>()
  for (const lang of languages) {
    const page = await browser.follow(authorizeUrl(mock, { lang }))
    t.match(page.body, `<html lang="${lang}"`)
    t.equal(page.headers.get('content-language'), lang === 'en' ? 'en-US' : lang)
    t.equal(browser.cookie(mock.url, 'lang'), lang)
    const later = await browser.follow(authorizeUrl(mock))
    t.match(later.body, `<html lang="${lang}"`, 'without the parameter too')
    seen.add(String(/<h1 id="heading">(.*?)</.exec(later.body)?.[1]))
    const wrong = await browser.submit(later, { username: 'alice', password: 'wrong' })
    t.match(wrong.body, translated(lang, 'Incorrect username or password.').replaceAll("'", '&#x27;'), lang)
    await mock.pool.clock.advance('1h')
  }
  t.equal(seen.size, languages.length, 'each says it in its own words')
  const unknown = await createBrowser().follow(authorizeUrl(mock, { lang: 'tlh' }))
  t.match(unknown.body, '<html lang="en"')
  const forged = await fetch(authorizeUrl(mock).replace('/oauth2/authorize', '/login'), {
    headers: { cookie: 'lang=../../x' },
  })
  t.match(await forged.text(), '<html lang="en"')
})

t.test('the tables have the same sentences, and the slots of each', async (t) => {
  const folder = new URL('../../../views/managed/texts/', import.meta.url)
  const files = readdirSync(folder)
  t.same(
    files.map((file) => file.replace('.json', '')).sort(),
    languages.filter((language) => language !== 'en').sort(),
  )
  const read = (file: string) =>
    JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Record<string, string>
  const sentences = Object.keys(read('de.json'))
  const slots = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort().join()
  for (const file of files) {
    const table = read(file)
    t.same(Object.keys(table), sentences, file)
    for (const [sentence, translation] of Object.entries(table)) {
      t.equal(slots(translation), slots(sentence), `${file}: ${sentence}`)
      t.not(translation.trim(), '', `${file}: ${sentence}`)
    }
  }
  const views = new URL('../../../views/managed/', import.meta.url)
  const used = readdirSync(views)
    .filter((name) => name.endsWith('.hbs'))
    .flatMap((name) =>
      [...readFileSync(new URL(name, views), 'utf8').matchAll(/\{\{t "([^"]+)"/g)].map(
        ([, text]) => text as string,
      ),
    )
  t.ok(used.length > 50)
  t.same(
    used.filter((sentence) => !sentences.includes(sentence)),
    [],
    'no page says what no table has',
  )
})

t.test('a sentence in two parts, with slots, or that no table has', async (t) => {
  t.equal(
    translated('de', 'Password did not conform with policy: Password not long enough'),
    'Das Passwort entspricht nicht der Richtlinie: Das Passwort ist zu kurz',
  )
  t.equal(translated('fr', 'Continue with {provider}', { provider: 'Google' }), 'Continuer avec Google')
  t.equal(translated('fr', 'Continue with {provider}'), 'Continuer avec {provider}')
  t.equal(translated('it', 'constructor'), 'constructor')
  t.equal(translated('en', 'Sign in'), 'Sign in')
})

t.test('refusals wear the look of the pool that the request names', async (t) => {
  const mock = await startWorld(t, { fixture: managedDemo() })
  const browser = createBrowser()
  const error = await browser.follow(authorizeUrl(mock, { redirect_uri: 'https://evil.example/' }))
  t.equal(error.status, 400)
  t.match(error.body, '/_mock/assets/managed.css')
  t.match(error.body, 'For the developer')
  const forged = await fetch(`${mock.url}/login`, { method: 'POST' })
  t.equal(forged.status, 403)
  t.match(await forged.text(), '/_mock/assets/managed.css')
})
