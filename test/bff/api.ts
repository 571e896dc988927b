// An API behind the BFF that writes down what reaches it, and misbehaves on request.
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { fastify } from 'fastify'
import type { Test } from 'tap'
import type { ServerParts } from '../../src/bff/app.ts'
import type { Environment } from '../../src/bff/config.ts'
import type { Issuer } from '../support/issuer.ts'
import { Browser, bffFor } from './browser.ts'

export interface ApiBehaviour {
  status: number
  headers: Readonly<Record<string, string | readonly string[]>>
  /** Answers 401 to these tokens. */
  refuses: RegExp | undefined
  /** Cuts the connection. */
  dead: boolean
}

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

/** @param https the key and the certificate of an API that speaks TLS */
export async function startApi(https?: { readonly key: string; readonly cert: string }) {
  const app = fastify({ forceCloseConnections: true, https: https ?? null })
  const well: ApiBehaviour = { status: 200, headers: {}, refuses: undefined, dead: false }
  const behaviour: ApiBehaviour = { ...well }
  const seen: Seen[] = []

  const held = new Map<string, { arrive(): void; readonly released: Promise<void> }>()

  /** The next request to this path is answered when it is released. */
  function holdBack(path: string) {
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const arrived = new Promise<void>((arrive) => held.set(path, { arrive, released }))
    return { arrived, release }
  }

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, body: string) => body)
  app.route({
    method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'],
    url: '*',
    async handler({ method, url, headers, body = '' }, reply) {
      seen.push({ method, url, headers: headers as Seen['headers'], body: String(body) })
      const hold = held.get(url)
      held.delete(url)
      hold?.arrive()
      await hold?.released
      if (behaviour.dead) request(reply).destroy()
      const isRefused = behaviour.refuses?.test(String(headers.authorization))
      for (const [name, value] of Object.entries(behaviour.headers)) reply.header(name, value)
      return reply
        .code(isRefused ? 401 : behaviour.status)
        .header('content-type', 'application/json')
        .header('etag', '"7"')
        .send(JSON.stringify({ you: url }))
    },
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url: `${https ? 'https' : 'http'}://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    server: app.server,
    behaviour,
    well,
    seen,
    holdBack,
    close: () => app.close(),
  }
}

const request = (reply: { raw: { socket: { destroy(): void } | null } }) =>
  reply.raw.socket as { destroy(): void }

/** Somebody who has logged in at a BFF that has these APIs behind it. */
export async function loggedInBefore(
  issuer: Issuer,
  proxies: string,
  env: Environment = {},
  parts: ServerParts = {},
) {
  const bff = await bffFor(issuer, { BFF_PROXIES: proxies, ...env }, parts)
  const browser = new Browser(bff.app)
  await browser.logIn()
  return { ...bff, browser, cookie: `__Host-bff-sid=${browser.sid}` }
}

/** The same, listening: for what neither `inject` nor `fetch` sends. */
export async function listeningBefore(t: Test, ...who: Parameters<typeof loggedInBefore>) {
  const found = await loggedInBefore(...who)
  t.teardown(() => found.app.close())
  await found.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = found.app.server.address() as AddressInfo
  return { ...found, port }
}

/** An API that is not even one. @returns its URL */
export async function startTalker(t: Test, talk: (socket: Socket) => void): Promise<string> {
  const talker = createServer((socket) => {
    t.teardown(() => socket.destroy())
    socket.on('error', () => {})
    talk(socket)
  })
  await new Promise<void>((resolve) => talker.listen(0, '127.0.0.1', resolve))
  t.teardown(() => talker.close())
  return `http://127.0.0.1:${(talker.address() as AddressInfo).port}`
}
