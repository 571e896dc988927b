// Requests as they are: fetch mends addresses and refuses headers, and what a property says about any request has to
// be asked with any request.
import { type OutgoingHttpHeaders, request } from 'node:http'
import type { StartedMocknito } from '../../src/start.ts'

export interface RawRequest {
  readonly method?: string
  /** Letters beyond Latin 1, controls and blanks cannot stand in it. */
  readonly path: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Buffer
}

export interface RawAnswer {
  readonly status: number
  readonly location: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** Asks a server, each time over a connection of its own: what is wrong with one request is not seen in the next. */
export const rawHttp =
  ({ port }: Pick<StartedMocknito, 'port'>) =>
  ({ method = 'GET', path, headers = {}, body }: RawRequest): Promise<RawAnswer> =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
      const options = {
        agent: false,
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: { ...length, ...headers },
      }
      const asked = request(options, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk) => {
          text += chunk
        })
        answer.on('end', () => {
          const { statusCode: status = 0, headers } = answer
          resolve({ status, location: headers.location, headers, body: text })
        })
      })
      asked.on('error', reject).end(body)
    })
