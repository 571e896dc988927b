// Shows the two grants side by side, as the server has just walked them; and, if this very browser has just walked the
// implicit one, what lies in its address bar.

const byId = (id) => document.getElementById(id)

function element(name, properties, ...content) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...content)
  return made
}

const badge = (status) =>
  element('span', { className: status < 400 ? 'badge good' : 'badge bad' }, String(status))

/** What the eye should find in an address: tokens, and codes. */
const telling = /((?:access|id)_token|code)=([^&]+)/g

/** An address, one parameter a line, and what matters in it marked. */
function address(url) {
  const box = element('pre', {})
  let from = 0
  const readable = url.replaceAll(/[?#&]/g, '\n$&')
  for (const { 0: all, 1: name, 2: value, index } of readable.matchAll(telling)) {
    const kind = name === 'code' ? 'code' : 'token'
    box.append(readable.slice(from, index), `${name}=`, element('mark', { className: kind }, value))
    from = index + all.length
  }
  box.append(readable.slice(from))
  return box
}

const hop = (way, text, ...content) =>
  element('li', {}, element('span', { className: 'hop' }, way), element('p', {}, text), ...content)

const hidden = (text, { request, status, answer }) =>
  Object.assign(
    hop(
      'server ⇄ provider, out of the browser’s sight',
      text,
      element('p', {}, element('code', {}, request), ' ', badge(status)),
      element('pre', {}, JSON.stringify(answer, null, 2)),
    ),
    { className: 'secret' },
  )

const home = {
  implicit: 'It is sent back with the tokens themselves, after the #.',
  code: 'It is sent back with a code: good once, for five minutes, and only for who has the client secret and the PKCE verifier.',
}

const stolen = {
  implicit: 'Somebody has read that address, and uses the token:',
  code: 'Somebody has read that address, and tries the code:',
}

function showWalk(grant, { authorizeUrl, callbackUrl, backChannel, thief }) {
  const side = document.querySelector(`[data-grant="${grant}"]`)
  side
    .querySelector('ol')
    .replaceChildren(
      hop('browser → provider', 'The browser is sent to log in.', address(authorizeUrl)),
      hop('provider → browser', home[grant], address(callbackUrl)),
      ...backChannel.map((each) => hidden('The server swaps the code for tokens, and keeps them.', each)),
    )
  side
    .querySelector('.thief')
    .replaceChildren(
      element('h3', {}, 'A thief looks over the shoulder'),
      element('p', {}, stolen[grant]),
      element('p', {}, element('code', {}, thief.request), ' ', badge(thief.status)),
      element('pre', {}, JSON.stringify(thief.answer, null, 2)),
    )
}

const words = { token: 'the token', code: 'a code, used up', nothing: 'nothing' }

function showPlaces({ implicit, code }) {
  const cell = (found) => element('td', { className: `found ${found}` }, words[found])
  byId('place-rows').replaceChildren(
    ...Object.keys(implicit.places).map((place) =>
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, place),
        cell(implicit.places[place]),
        cell(code.places[place]),
      ),
    ),
  )
}

const token = new URLSearchParams(location.hash.slice(1)).get('access_token')
if (token !== null) {
  byId('here-token').textContent = token
  byId('here').hidden = false
}

const answer = await fetch('/demo/compare', {
  method: 'POST',
  headers: { accept: 'application/json', 'x-csrf': '1' },
}).catch(() => undefined)
if (answer?.ok) {
  const walked = await answer.json()
  for (const grant of ['implicit', 'code']) showWalk(grant, walked[grant])
  showPlaces(walked)
  byId('sides').hidden = false
  byId('places').hidden = false
} else {
  byId('alert').textContent =
    answer?.status === 401 ? 'Log in first: both grants are walked as you.' : 'The server does not answer.'
  byId('alert').hidden = false
  byId('log-in').hidden = answer?.status !== 401
}
