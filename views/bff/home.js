// Asks the BFF who is there, shows it, and lets one try what the BFF does. Nothing is remembered here and nothing
// is a secret here: the server is always asked, and every answer is put on the page as it came. Only for the way to the
// provider's log-out and back the page keeps which session that was, to ask for the evidence of its end.

const known = document.documentElement.dataset
known.login = 'asking'

const byId = (id) => document.getElementById(id)

/** Asks the BFF, and writes down what it said. @returns undefined if nobody answers */
async function ask(method, path, { step, body } = {}) {
  const [at, begun] = [Date.now(), performance.now()]
  const headers = { accept: 'application/json', 'x-csrf': '1' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  try {
    const answer = await fetch(path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    const isJson = answer.headers.get('content-type')?.includes('json')
    const said = isJson && text !== '' ? JSON.parse(text) : text
    const time = inMilliseconds(performance.now() - begun)
    if (answer.status === 401) whyOver = said?.reason ?? whyOver
    writeDown({ step, method, path, status: answer.status, said, at, time })
    return { ok: answer.ok, status: answer.status, said }
  } catch {
    return undefined
  }
}

// ------------------------------------------------------------------------------------------------ who is there

let sessionEnds
/** Why a session is over is told once, to whatever asks first. */
let whyOver
/** The proof that a log-out is that of this page's session. */
let sid

/** @param slide somebody is really there: the idle time begins anew */
async function showStatus({ slide = false } = {}) {
  const answer = await ask('GET', slide ? '/auth/status?slide=1' : '/auth/status', { step: '2' })
  if (!answer?.ok) {
    known.login = 'silent'
    return
  }
  const { said } = answer
  const wasIn = known.login === 'in'
  if (said.loggedIn) whyOver = undefined
  show(byId('reason'), reasons[said.reason ?? whyOver])
  if (said.loggedIn) showUser(said)
  known.login = said.loggedIn ? 'in' : 'out'
  if (said.loggedIn && !wasIn) await Promise.all([showResource(), showSessions(), showSteps()])
}

/** What only somebody who is logged in gets to see. A BFF without an API has nothing of the kind. */
async function showResource() {
  const answer = await ask('GET', '/api/resource', { step: '3' })
  const resource = answer?.ok ? answer.said?.resource : undefined
  show(byId('resource'), resource && `Here is your resource: ${resource}`)
}

const reasons = {
  idle: 'You were away for too long.',
  absolute: 'A session lasts so long and no longer.',
  revoked: 'The identity provider has ended it.',
  replaced: 'There is a newer one.',
  ended_elsewhere: 'It was ended from another device.',
}

function showUser({ user, session, logoutUrl }) {
  sid = new URL(logoutUrl, location).searchParams.get('sid')
  byId('username').textContent = user.username
  const facts = [
    ['Email', user.email],
    ['Groups', user['cognito:groups']?.join(', ')],
    [
      'Session',
      `ends in ${inWords(session.expiresIn)}, at the latest in ${inWords(session.absoluteExpiresIn)}`,
    ],
  ]
  byId('facts').replaceChildren(
    ...facts
      .filter(([, value]) => value)
      .map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
  )
  clearTimeout(sessionEnds)
  sessionEnds = setTimeout(showStatus, Math.min((session.expiresIn + 1) * 1000, longestTimeout))
}

/** A browser counts milliseconds in 31 bits, and what is longer it does at once. */
const longestTimeout = 2 ** 31 - 1

const inWords = (seconds) => {
  if (seconds < 90) return `${seconds} seconds`
  return seconds < 5400 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3600)} hours`
}

// ------------------------------------------------------------------------------------------------ logging out

/** Ends the session here, then goes to end the one at the identity provider, if that is wanted. */
async function logOut(query = '') {
  const answer = await ask('POST', `/auth/logout${query}`, { step: '12' })
  if (answer === undefined) return complain('The server does not answer, so you are still logged in.')
  if (!answer.ok) return complain(answer.said.message)
  if (new URL(answer.said.logoutUrl, location).origin !== location.origin) {
    if (isDemo) sessionStorage.setItem('left', sid)
    return location.assign(answer.said.logoutUrl)
  }
  await showStatus()
  await showLastSteps()
}

// ------------------------------------------------------------------------------------------------ the API

async function callApi(call, body) {
  const [method, path] = call.split(' ')
  const answer = await ask(method, path, { step: '3', body })
  const box = byId('api-answer')
  box.hidden = false
  if (answer === undefined) return box.replaceChildren('The server does not answer.')
  const line = element('p', {}, element('code', {}, call), ' ', badge(answer.status))
  if (answer.status === 401) {
    box.replaceChildren(
      line,
      element('p', {}, 'It knows nobody without a session: no redirect, just 401. Log in and try again.'),
    )
    if (known.login === 'in') await showStatus()
    return
  }
  box.replaceChildren(line, element('pre', {}, JSON.stringify(answer.said, null, 2)))
}

// ------------------------------------------------------------------------------------------------ one's sessions

async function showSessions() {
  const answer = await ask('GET', '/auth/sessions')
  if (answer?.status === 401) await showStatus()
  if (!answer?.ok) return
  byId('session-rows').replaceChildren(...answer.said.map(sessionRow))
  byId('end-others').disabled = answer.said.length < 2
}

function sessionRow({ ref, current, device, startedAt, seenAt }) {
  const name = deviceName(device)
  const end = element('button', { type: 'button', className: 'link' }, 'End')
  end.setAttribute('aria-label', `End the session on ${name}`)
  end.addEventListener('click', () => busy(end, () => endSessions(`/${ref}`)))
  return element(
    'tr',
    {},
    element(
      'th',
      { scope: 'row' },
      name,
      ...(current ? [' ', element('span', { className: 'badge here' }, 'here')] : []),
    ),
    told('Since', atTime(startedAt)),
    told('Last seen', atTime(seenAt)),
    element('td', {}, ...(current ? [] : [end])),
  )
}

/** A cell that says what it tells where there is no room for a head of the table. */
function told(what, value) {
  const cell = element('td', {}, value)
  cell.dataset.told = what
  return cell
}

async function endSessions(which) {
  await ask('DELETE', `/auth/sessions${which}`)
  await showSessions()
}

function deviceName(userAgent) {
  const [browser] = /Firefox|Edg|Chrome|Safari/.exec(userAgent) ?? []
  const [system] = /Android|iPhone|iPad|Windows|Mac OS|Linux/.exec(userAgent) ?? []
  return [{ Edg: 'Edge' }[browser] ?? browser ?? (userAgent.slice(0, 40) || 'An unknown device'), system]
    .filter(Boolean)
    .join(' on ')
}

const atTime = (moment) => new Date(moment).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })

// ------------------------------------------------------------------------------------------------ the demo

let isDemo = false

/** Only the demo can do these; elsewhere their cards stay away. */
async function showDemo() {
  const answer = await ask('GET', '/demo/credentials')
  if (!answer?.ok) return
  showCredentials(answer.said)
  byId('rotation').hidden = false
  byId('codes').hidden = false
  byId('unseen').hidden = false
  isDemo = true
  await showSteps()
  await showTour()
  sid ??= sessionStorage.getItem('left')
  sessionStorage.removeItem('left')
  if (known.login === 'out' && sid) await showLastSteps()
}

/** What the mock has written down of the login of this session: the page was not there, or could not see it. */
async function showSteps() {
  if (!isDemo || known.login !== 'in') return
  const answer = await ask('GET', '/demo/steps')
  if (answer?.ok) answer.said.forEach(writeDownUnseen)
}

/** And of its end. */
async function showLastSteps() {
  if (!isDemo) return
  const answer = await ask('POST', '/demo/steps', { body: { sid } })
  if (answer?.ok) answer.said.forEach(writeDownUnseen)
}

async function showTour() {
  const answer = await ask('GET', '/demo/tour')
  if (!answer?.ok) return
  const script = byId('curl-script')
  script.textContent = answer.said
  // It scrolls, and not every browser lets a keyboard do that by itself.
  script.tabIndex = 0
  script.setAttribute('role', 'region')
  script.setAttribute('aria-labelledby', 'curl-title')
  byId('curl').hidden = false
}

async function copyTour() {
  const script = byId('curl-script')
  try {
    await navigator.clipboard.writeText(script.textContent)
    show(byId('copied'), 'Copied.')
  } catch {
    getSelection().selectAllChildren(script)
    show(byId('copied'), 'This browser lets no page copy. The text is selected: copy it yourself.')
  }
}

const wornOut = {
  twice: 'Whoever has read it over your shoulder comes too late: a code works once.',
  late: 'It was never used, and yet it buys nothing: a code lives for five minutes.',
}

async function wearOut(what) {
  const answer = await ask('POST', '/demo/codes', { body: { what } })
  if (!answer?.ok) return complain(answer?.said.message ?? 'The server does not answer.')
  const { code, tries } = answer.said
  const box = byId('code-answer')
  box.hidden = false
  box.replaceChildren(
    element('p', {}, 'Code ', element('code', {}, code)),
    ...tries.flatMap(({ request, status, answer, reason }) => [
      element('p', {}, element('code', {}, request), ' ', badge(status)),
      element('pre', {}, JSON.stringify(answer, null, 2)),
      ...(reason ? [element('p', { className: 'note' }, `The log of the mock says why: ${reason}`)] : []),
    ]),
    element('p', {}, element('strong', {}, wornOut[what])),
  )
}

function showCredentials({ clientId, activeSecrets }) {
  byId('client-id').textContent = clientId
  byId('active-secrets').textContent = activeSecrets
  for (const button of document.querySelectorAll('[data-rotate]'))
    button.disabled =
      (button.dataset.rotate === 'retire' && activeSecrets < 2) ||
      (button.dataset.rotate === 'secret' && activeSecrets < 1)
}

const rotated = {
  secret: 'A second secret is active; new and old both work. This page was not told it.',
  retire: 'The old secret is deleted. Whoever began to log in with it ends with the new one.',
  client: 'The next login uses another client id. Whoever is in the middle of one stays with theirs.',
}

async function rotate(what) {
  const answer = await ask('POST', '/demo/rotate', { body: { what } })
  if (!answer?.ok) return complain(answer?.said.message ?? 'The server does not answer.')
  showCredentials(answer.said)
  show(byId('rotation-answer'), rotated[what])
  if (what === 'client') await showTour()
}

// ------------------------------------------------------------------------------------------------ what not to copy

async function showWarnings() {
  const answer = await ask('GET', '/warnings')
  if (!answer?.ok || answer.said.length === 0) return
  byId('unsafe').replaceChildren(
    ...answer.said.map((text) =>
      element(
        'p',
        {},
        element('span', { className: 'badge danger' }, 'UNSAFE'),
        ' ',
        text.replace('UNSAFE, ', ''),
      ),
    ),
  )
  byId('unsafe').hidden = false
}

// ------------------------------------------------------------------------------------------------ the evidence

const mostExchanges = 50

/** Puts an exchange where it belongs: the newest is the first. */
function writeDown({ step, method, path, status, said, at, time, way }) {
  const summary = element(
    'summary',
    {},
    element('span', { className: 'step', title: step ? `Step ${step} of the article` : '' }, step ?? '·'),
    element('code', {}, `${method} ${path}`),
    badge(status),
    ...(way ? [element('span', { className: 'hop' }, way)] : []),
    element('span', { className: 'time' }, time),
  )
  const text = typeof said === 'string' ? said || '(an empty answer)' : JSON.stringify(said, null, 2)
  const details = element('details', {}, summary, element('pre', {}, text))
  const list = byId('exchanges')
  details.open = list.childElementCount === 0
  const item = element('li', {}, details)
  item.dataset.at = at
  list.insertBefore(item, [...list.children].find((other) => other.dataset.at <= at) ?? null)
  while (list.childElementCount > mostExchanges) list.lastElementChild.remove()
  return item
}

const outOfSight = 'BFF → provider, out of the browser’s sight'
const ways = { 4: 'browser → provider', 7: outOfSight, 9: outOfSight, 12: outOfSight }

/** An exchange of which the page knows only what the mock has written down. */
function writeDownUnseen({ id, step, method, path, status, at }) {
  const key = `${id} ${at}`
  if (document.querySelector(`#exchanges [data-key="${key}"]`)) return
  const way = ways[step]
  const time = new Date(at).toLocaleTimeString()
  const said = `The mock has written down that this happened, at ${at}. What was in it, this page is not told.`
  const item = writeDown({ step, method, path, status, said, at: Date.parse(at), time, way })
  item.dataset.key = key
  item.classList.toggle('secret', way === outOfSight)
}

/** That it was loaded is the only step that a page does not ask for. A browser that does not say how it went is left alone. */
function writeDownLoading() {
  const [{ responseStatus: status, fetchStart, responseEnd } = {}] =
    performance.getEntriesByType('navigation')
  if (!status) return
  const said = '(this page, which is the same for everybody)'
  const at = performance.timeOrigin + fetchStart
  const time = inMilliseconds(responseEnd - fetchStart)
  writeDown({ step: '1', method: 'GET', path: location.pathname, status, said, at, time })
}

const inMilliseconds = (number) => `${Math.round(number)} ms`

// ------------------------------------------------------------------------------------------------ small things

const badge = (status) =>
  element('span', { className: status < 400 ? 'badge good' : 'badge bad' }, String(status))

function element(name, properties, ...content) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...content)
  return made
}

function show(place, text) {
  place.textContent = text ?? ''
  place.hidden = text === undefined
}

const complain = (message) => show(byId('alert'), message)

/** A button that is at work takes no second press, and keeps the focus. */
async function busy(button, work) {
  if (button.getAttribute('aria-disabled') === 'true') return
  button.setAttribute('aria-disabled', 'true')
  show(byId('alert'), undefined)
  try {
    await work()
  } finally {
    button.removeAttribute('aria-disabled')
  }
}

const onClick = (button, work) => button.addEventListener('click', () => busy(button, work))

byId('logout').addEventListener('submit', (event) => {
  event.preventDefault()
  void busy(event.submitter ?? event.target, () => logOut())
})
byId('order').addEventListener('submit', (event) => {
  event.preventDefault()
  void busy(event.submitter, () => callApi('POST /api/orders', { item: byId('item').value }))
})
onClick(byId('logout-here'), () => logOut('?local=1'))
onClick(byId('logout-everywhere'), () => logOut('?everywhere=1'))
onClick(byId('end-others'), () => endSessions(''))
onClick(byId('ask-again'), () => showStatus())
onClick(byId('copy-curl'), copyTour)
for (const button of document.querySelectorAll('[data-call]'))
  onClick(button, () => callApi(button.dataset.call))
for (const button of document.querySelectorAll('[data-code]'))
  onClick(button, () => wearOut(button.dataset.code))
for (const button of document.querySelectorAll('[data-rotate]'))
  onClick(button, () => rotate(button.dataset.rotate))

// Another tab may have logged in or out meanwhile.
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && showStatus())

await showStatus({ slide: true })
writeDownLoading()
await showDemo()
await showWarnings()
