// Requests over TLS that check everything there is to check, for tests: fetch cannot be told in this process whom to
// trust, and not every machine finds names below localhost.
import { once } from 'node:events'
import { request } from 'node:https'
import type { LookupFunction } from 'node:net'
import { text } from 'node:stream/consumers'

const thisMachine: LookupFunction = (_, { all }, found) =>
  all ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4)

/**
 * A `fetch` that trusts one CA, and finds every host name on this machine. Each request is a connection of its own.
 *
 * @param ca a certificate in PEM form; nothing for the CAs that Node knows
 */
export const trusting =
  (ca: string | undefined) =>
  async (url: URL | string, { method = 'GET', headers, body }: RequestInit = {}): Promise<Response> => {
    const asked = request(url, { method, ca, lookup: thisMachine, agent: false })
    if (body instanceof URLSearchParams) asked.setHeader('content-type', 'application/x-www-form-urlencoded')
    asked.setHeaders(new Headers(headers)).end(body?.toString())
    const [answer] = await once(asked, 'response')
    const received = new Headers()
    for (const [name, values] of Object.entries<string[]>(answer.headersDistinct))
      for (const value of values) received.append(name, value)
    return new Response((await text(answer)) || null, { status: answer.statusCode, headers: received })
  }
