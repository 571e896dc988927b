// The session of a browser: what it is good for, at which endpoint, and what it does not do.
import t from 'tap'
import { alice, createBrowser } from '../../support/browser.ts'
import { managedDemo } from '../../support/fixtures.ts'
import { authorizeUrl, claimsOf, exchange, postToken } from '../../support/oauth.ts'
import { shows, startWorld } from '../../support/world.ts'

t.test('a sign-in without a page neither extends the hour nor is an authentication', async (t) => {
  shows(t, 'session.not-extended', 'session.silent')
  const mock = await startWorld(t)
  const browser = createBrowser()
  const first = await browser.signIn(authorizeUrl(mock), alice)
  const claims = async (callback: URL | undefined) => {
    const { body } = await exchange(mock, callback?.searchParams.get('code') as string)
    return claimsOf(body.id_token as string)
  }
  const { auth_time: typedAt, origin_jti } = await claims(first)

  await mock.pool.clock.advance('50m')
  const silent = await browser.get(authorizeUrl(mock))
  t.equal(silent.status, 302)
  t.equal(silent.body, '')
  t.notOk(
    silent.headers.getSetCookie().some((cookie) => cookie.startsWith('cognito=')),
    'the cookie stays as it is',
  )
  const renewed = await claims(silent.location)
  t.equal(renewed.auth_time, typedAt)
  t.not(renewed.origin_jti, origin_jti, 'it is a login of its own')

  await mock.pool.clock.advance('11m')
  t.equal((await browser.get(authorizeUrl(mock))).location?.pathname, '/login')
})

t.test('a session is good for every client of its pool, whichever opened it', async (t) => {
  shows(t, 'session.other-clients')
  for (const fixture of [undefined, managedDemo()]) {
    const mock = await startWorld(t, fixture && { fixture })
    const spa = mock.pool.client('spa')
    const asSpa = { client_id: spa.id, redirect_uri: spa.callbackUrls[0] }
    const browser = createBrowser()
    await browser.signIn(authorizeUrl(mock, asSpa), alice)
    t.ok((await browser.get(authorizeUrl(mock))).location?.searchParams.get('code'))
    const none = await browser.get(authorizeUrl(mock, { prompt: 'none' }))
    const { body } = await exchange(mock, none.location?.searchParams.get('code') as string)
    t.equal(claimsOf(body.id_token as string)['cognito:username'], 'alice')

    const callback = await browser.get(authorizeUrl(mock, asSpa))
    const grant = {
      grant_type: 'authorization_code',
      code: callback.location?.searchParams.get('code') as string,
      redirect_uri: asSpa.redirect_uri,
      client_id: spa.id,
    }
    t.equal((await postToken(mock, grant)).status, 200)
  }
})

t.test('under managed login /login shows the form, session or not', async (t) => {
  shows(t, 'login.managed-with-session')
  const mock = await startWorld(t, { fixture: managedDemo() })
  const browser = createBrowser()
  await browser.signIn(authorizeUrl(mock), alice)
  const page = await browser.get(authorizeUrl(mock).replace('/oauth2/authorize', '/login'))
  t.equal(page.status, 200)
  t.match(page.body, /name="password"/)
})

t.test('the language of a browser does not matter', async (t) => {
  shows(t, 'authorize.accept-language')
  const mock = await startWorld(t)
  const plain = await createBrowser().follow(authorizeUrl(mock))
  const url = authorizeUrl(mock, { ui_locales: 'de fr' })
  const toPage = await createBrowser().get(url, { 'accept-language': 'de' })
  const german = await createBrowser().get(toPage.location as URL, { 'accept-language': 'de' })
  t.equal(german.headers.get('content-language'), 'en-US')
  const withoutRequest = (html: string) =>
    html.replaceAll(/(action|href)="[^"]*"/g, '').replaceAll(/name="_csrf" value="[^"]*"/g, '')
  t.equal(withoutRequest(german.body), withoutRequest(plain.body))
})
