// Requests that Node's HTTP parser gives up on, so that no hook of ours sees them: what they are answered with, and their
// line in the log. The longest of them is an app that puts everything it knows into `state`.
import { maxHeaderSize, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { createClock } from '../domain/clock.ts'
import type { Journal } from '../domain/journal.ts'
import type { RuleId } from '../domain/rules.ts'
import { clearTimeout, setTimeout } from '../machine-timers.ts'

/** What Node says of a request; the bytes are those that came last. */
type Trouble = NodeJS.ErrnoException & { readonly rawPacket?: Buffer }

interface Refused {
  readonly status: number
  readonly rule: RuleId
  readonly reason: string
}

const tooLong: Refused = {
  status: 431,
  rule: 'http.head-size',
  reason: `query and headers are longer than ${maxHeaderSize / 1024} KiB, and no more is read: if it is the state, keep what is in it in the app and send a key to it`,
}

const tooSlow: Refused = {
  status: 408,
  rule: 'http.readable',
  reason: 'the request did not come to its end in time',
}

const unreadable = (reason: string): Refused => ({ status: 400, rule: 'http.readable', reason })

function refusalFor({ code, message }: Trouble): Refused {
  if (code === 'HPE_HEADER_OVERFLOW') return tooLong
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return tooSlow
  return unreadable(`what came is not HTTP: ${message}`)
}

/**
 * Answers, and lets the rest of the request run out: a connection that is cut while the client sends would take the
 * answer with it.
 *
 * @param lingerMilliseconds how long somebody may go on sending before the connection is closed all the same
 */
export function refuseUnread(
  { append }: Pick<Journal, 'append'>,
  lingerMilliseconds = 2000,
): (error: Trouble, socket: Socket) => void {
  const refused = new WeakSet<Socket>()
  const { now } = createClock()
  return (error, socket) => {
    // The parser complains of each further packet.
    if (refused.has(socket)) return
    refused.add(socket)
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const { status, rule, reason } = refusalFor(error)
    const { method, path } = requestLine(error.rawPacket)
    append({ at: now(), method, path, status, verdicts: [{ rule, holds: false, reason }] })
    socket.end(answer(status, reason))
    const timer = setTimeout(() => socket.destroy(), lingerMilliseconds)
    socket.once('close', () => clearTimeout(timer))
  }
}

/** As far as it came in the bytes that are there; of the path no more than any of ours has. */
function requestLine(bytes: Buffer | undefined): { method: string; path: string } {
  const start = bytes?.toString('latin1', 0, 256) ?? ''
  const [, method = '?', path = '?'] = /^([A-Z]+) (\/[^?\s]*)/.exec(start) ?? []
  return { method, path }
}

const answer = (status: number, reason: string): string =>
  [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(reason)}`,
    'X-Content-Type-Options: nosniff',
    'Connection: close',
    '',
    reason,
  ].join('\r\n')
