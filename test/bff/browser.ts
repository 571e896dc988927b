// A browser for the tests of the BFF: a cookie jar in front of `inject`, and legs that walk to the
// issuer and back. It records all that it was shown, so that a test can search it for tokens.
import { Writable } from 'node:stream'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { createBff, type ServerParts } from '../../src/bff/app.ts'
import { type Environment, readConfig } from '../../src/bff/config.ts'
import type { Issuer } from '../support/issuer.ts'

/** A BFF for this issuer, and what it logs. */
export async function bffFor(issuer: Issuer, env: Environment = {}, parts: ServerParts = {}) {
  const lines: string[] = []
  const log = new Writable({
    write(line, _encoding, done) {
      lines.push(String(line))
      done()
    },
  })
  const app = await createBff(readConfig({ ...environmentFor(issuer), ...env }), { log, ...parts })
  return { app, lines }
}

export const environmentFor = (issuer: Issuer): Environment => ({
  COGNITO_ISSUER: issuer.url,
  COGNITO_CLIENT_ID: issuer.clientId,
  COGNITO_CLIENT_SECRET: issuer.clientSecret,
})

/** A clock that stands still until it is told to move. */
export function standingClock(moment = new Date()) {
  return {
    now: () => moment,
    advance(seconds: number) {
      moment = new Date(moment.getTime() + seconds * 1000)
    },
  }
}

/** Undefined: a header that is otherwise sent by itself is not. */
type Headers = Record<string, string | undefined>

export class Browser {
  readonly cookies = new Map<string, string>()
  readonly shown: string[] = []
  /** The value of every cookie that it was ever given. */
  readonly given: string[] = []
  readonly #app: FastifyInstance

  constructor(app: FastifyInstance) {
    this.#app = app
  }

  async send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS',
    url: string,
    headers: Headers = {},
    payload?: string,
  ) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await this.#app.inject({
      method,
      url,
      headers: { ...(cookie && { cookie }), ...headers },
      ...(payload !== undefined && { payload }),
    })
    for (const { name, value, maxAge, expires } of answer.cookies) {
      if (maxAge === 0 || (expires && expires.getTime() === 0)) this.cookies.delete(name)
      else {
        this.cookies.set(name, value)
        this.given.push(value)
      }
    }
    this.shown.push(answer.body, JSON.stringify(answer.headers))
    return answer
  }

  get(url: string, headers?: Headers) {
    return this.send('GET', url, headers)
  }

  /** Begins a login, goes to the issuer, and comes back with the path of the callback: not opened yet. */
  async fetchCallback(login = '/auth/login') {
    const answer = await this.get(login)
    const { location } = await visit(String(answer.headers.location))
    return location.pathname + location.search
  }

  async logIn(login = '/auth/login') {
    return this.get(await this.fetchCallback(login))
  }

  async logOut(headers: Headers = { 'x-csrf': '1', accept: 'application/json' }, query = '') {
    return this.send('POST', `/auth/logout${query}`, headers)
  }

  async status() {
    return (await this.get('/auth/status')).json()
  }

  /** The value of the one session cookie. */
  get sid() {
    return this.cookies.get('__Host-bff-sid') ?? this.cookies.get('bff-sid')
  }
}

/** One step of a browser at the issuer. */
export async function visit(url: string) {
  const answer = await fetch(url, { redirect: 'manual' })
  return { status: answer.status, location: new URL(String(answer.headers.get('location'))) }
}

/** The Set-Cookie header of the cookie whose name begins so. */
export const setCookie = (answer: LightMyRequestResponse, name: string): string | undefined =>
  [answer.headers['set-cookie'] ?? []].flat().find((each) => each.startsWith(name))
