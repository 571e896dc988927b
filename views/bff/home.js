// Asks the BFF who is there and shows it. Loaded in the head, so that the question is on its way
// before the page is drawn. Nothing is remembered here: the server is always asked.

const known = document.documentElement.dataset
known.login = 'asking'

const drawn = new Promise((resolve) => addEventListener('DOMContentLoaded', resolve))

/** Shows what the server says about this browser, and asks again when the session is due to end. */
async function showStatus() {
  const status = await askStatus()
  await drawn
  if (!status) {
    known.login = 'silent'
    return
  }
  byId('answer').textContent = JSON.stringify(status, null, 2)
  if (status.loggedIn) showUser(status)
  known.login = status.loggedIn ? 'in' : 'out'
}

async function askStatus() {
  try {
    const answer = await fetch('/auth/status', { headers: { accept: 'application/json' } })
    return answer.ok ? await answer.json() : undefined
  } catch {
    return undefined
  }
}

let sessionEnds

function showUser({ user, session }) {
  byId('username').textContent = user.username
  const facts = [
    ['Email', user.email],
    ['Groups', user['cognito:groups']?.join(', ')],
    ['Session', `ends in ${inWords(session.expiresIn)}`],
  ]
  byId('facts').replaceChildren(...facts.filter(([, value]) => value).map(fact))

  clearTimeout(sessionEnds)
  sessionEnds = setTimeout(showStatus, (session.expiresIn + 1) * 1000)
}

function fact([name, value]) {
  const row = document.createElement('div')
  const term = document.createElement('dt')
  const description = document.createElement('dd')
  term.textContent = name
  description.textContent = value
  row.append(term, description)
  return row
}

const inWords = (seconds) => (seconds < 90 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`)

/** Ends the session here, then goes to end the one at the identity provider. */
async function logOut(event) {
  event.preventDefault()
  const button = event.target.querySelector('button')
  button.disabled = true
  try {
    const headers = { accept: 'application/json', 'x-csrf': '1' }
    const answer = await fetch('/auth/logout', { method: 'POST', headers })
    const { logoutUrl, message } = await answer.json()
    if (logoutUrl) return location.assign(logoutUrl)
    complain(message)
  } catch {
    complain('The server does not answer, so you are still logged in.')
  }
  button.disabled = false
  await showStatus()
}

function complain(message) {
  const alert = byId('alert')
  alert.textContent = message
  alert.hidden = false
}

const byId = (id) => document.getElementById(id)

showStatus()
drawn.then(() => {
  byId('logout').addEventListener('submit', logOut)
  byId('ask-again').addEventListener('click', showStatus)
})
// Another tab may have logged in or out meanwhile.
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && showStatus())
