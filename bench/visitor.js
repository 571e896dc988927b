// What somebody does at a login server, whichever it is: go where one is sent, fill in the form that is shown, come back with a
// code, exchange it. The endpoints are the ones of its discovery document, so that every server gets the
// very same visitor; and every answer is checked, so that a fast error cannot win.
import { Browser } from './browser.js'
import { client, password, username } from './world.js'

// RFC 7636 appendix B. The same for all logins, so that it costs the driver nothing.
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

const authorization = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`
const state = 'c3RhdGUtb2YtdGhlLWJlbmNobWFyaw'
const mostSteps = 10

/** One virtual user, with a connection of his own. */
export class Visitor {
  #browser
  #authorize
  #token

  /**
   * @param {string} origin of the server
   * @param {{ authorization_endpoint: string, token_endpoint: string }} metadata its discovery document
   */
  constructor(origin, metadata) {
    this.#browser = new Browser(origin)
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: client.id,
      redirect_uri: client.redirectUri,
      scope: 'openid email',
      state,
      nonce: 'bm9uY2Utb2YtdGhlLWJlbmNobWFyaw',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })
    this.#authorize = `${metadata.authorization_endpoint}?${query}`
    this.#token = metadata.token_endpoint
  }

  /** A login from the beginning: nobody is signed in, and at the end there are tokens. */
  async login(name = username) {
    this.#browser.forgetCookies()
    await this.exchange(await this.code(name))
  }

  /** Walks from the authorize endpoint to the callback; silently, if the browser is signed in. */
  async code(name = username) {
    let answer = await this.#browser.get(this.#authorize)
    for (let step = 0; step < mostSteps; step++) {
      const { status, location, body } = answer
      if (status === 302 || status === 303) {
        if (!this.#browser.isHere(location)) return codeIn(location)
        answer = await this.#browser.get(location)
      } else if (status === 200) {
        const { action, hidden } = formIn(body)
        answer = await this.#browser.submit(action, { ...hidden, username: name, login: name, password })
      } else throw new Error(`expected a page or a redirect, got ${status}: ${body.slice(0, 300)}`)
    }
    throw new Error(`no code after ${mostSteps} steps`)
  }

  /** @param {string} code */
  async exchange(code) {
    const { status, body } = await this.#browser.post(
      this.#token,
      {
        grant_type: 'authorization_code',
        code,
        redirect_uri: client.redirectUri,
        code_verifier: verifier,
      },
      authorization,
    )
    const tokens = status === 200 ? JSON.parse(body) : {}
    if (!isJwt(tokens.id_token) || !tokens.access_token || !tokens.refresh_token)
      throw new Error(`expected three tokens, got ${status}: ${body.slice(0, 300)}`)
  }

  leave() {
    this.#browser.close()
  }
}

function codeIn(location) {
  const { searchParams } = new URL(location)
  const code = searchParams.get('code')
  if (!location.startsWith(client.redirectUri) || code === null || searchParams.get('state') !== state)
    throw new Error(`expected a code and the state at the callback, got ${location}`)
  return code
}

/** The first form of a page: enough for the pages that we know. `username` and `login` are what they call the name. */
function formIn(html) {
  const form = html.slice(html.indexOf('<form'), html.indexOf('</form>'))
  const [, action] = /action="([^"]+)"/.exec(form) ?? []
  if (action === undefined) throw new Error(`expected a form, got ${html.slice(0, 300)}`)
  const hidden = {}
  for (const [input] of form.matchAll(/<input type="hidden"[^>]*>/g)) {
    const [, name] = /name="([^"]+)"/.exec(input)
    hidden[name] = /value="([^"]*)"/.exec(input)?.[1] ?? ''
  }
  return { action: action.replaceAll('&amp;', '&'), hidden }
}

const isJwt = (token) => typeof token === 'string' && token.split('.').length === 3
