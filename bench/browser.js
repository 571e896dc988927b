// A browser as small as possible: one kept-alive connection, a cookie jar, redirects left to the caller. It is on
// node:http because the driver must not be what is measured, and fetch costs several times as much.
import { Agent, request } from 'node:http'

export class Browser {
  #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  #origin
  #cookies = new Map()

  /** @param {string} origin scheme, host and port of the only server that it talks to */
  constructor(origin) {
    this.#origin = new URL(origin)
  }

  /** Whether a URL, absolute or relative, is at the server. */
  isHere(url) {
    return new URL(url, this.#origin).host === this.#origin.host
  }

  forgetCookies() {
    this.#cookies.clear()
  }

  close() {
    this.#agent.destroy()
  }

  get(url) {
    return this.#send('GET', url, { cookie: this.#cookieHeader() })
  }

  /** Posts a form, with the cookies of the jar. */
  submit(url, fields) {
    return this.#send('POST', url, { cookie: this.#cookieHeader(), ...formType }, formOf(fields))
  }

  /** Posts a form as a back end does: no cookies, the client's credentials instead. */
  post(url, fields, authorization) {
    return this.#send('POST', url, { authorization, ...formType }, formOf(fields))
  }

  /** @returns {Promise<{ status: number, location: string | undefined, body: string }>} */
  #send(method, url, headers, body = '') {
    const { pathname, search } = new URL(url, this.#origin)
    if (body !== '') headers['content-length'] = Buffer.byteLength(body)
    const { promise, resolve, reject } = deferred()
    const asked = request(
      {
        agent: this.#agent,
        host: this.#origin.hostname,
        port: this.#origin.port,
        path: pathname + search,
        method,
        headers,
      },
      (answer) => {
        this.#keep(answer.headers['set-cookie'])
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk) => {
          text += chunk
        })
        answer.on('end', () =>
          resolve({ status: answer.statusCode, location: answer.headers.location, body: text }),
        )
        answer.on('error', reject)
      },
    )
    asked.setTimeout(10_000, () => asked.destroy(new Error(`${method} ${url}: no answer for 10 s`)))
    asked.on('error', reject)
    asked.end(body)
    return promise
  }

  #cookieHeader() {
    let header = ''
    for (const [name, value] of this.#cookies) header += `${header && '; '}${name}=${value}`
    return header
  }

  /** An expired cookie goes; path and domain do not matter in one short visit to one server. */
  #keep(setCookies = []) {
    for (const setCookie of setCookies) {
      const end = setCookie.indexOf(';')
      const pair = end < 0 ? setCookie : setCookie.slice(0, end)
      const equals = pair.indexOf('=')
      const name = pair.slice(0, equals)
      if (setCookie.includes('01 Jan 1970')) this.#cookies.delete(name)
      else this.#cookies.set(name, pair.slice(equals + 1))
    }
  }
}

const formType = { 'content-type': 'application/x-www-form-urlencoded' }
const formOf = (fields) => new URLSearchParams(fields).toString()

/** Promise.withResolvers, which Node 20 does not have. */
function deferred() {
  let settle
  const promise = new Promise((resolve, reject) => {
    settle = { resolve, reject }
  })
  return { promise, ...settle }
}
