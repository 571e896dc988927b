// Server-sent events: what a page of the mock's own, or a page that somebody is designing, is told until it is left.
import { PassThrough } from 'node:stream'
import type { FastifyReply } from 'fastify'

/**
 * Answers with a stream of events that ends when the browser goes away or the mock is closed.
 *
 * @param subscribe is given the function that sends an event, and returns the one that stops it
 * @example
 * return sendEvents(reply, (send) => inbox.subscribe(({ id }) => send('message', String(id))))
 */
export function sendEvents(
  reply: FastifyReply,
  subscribe: (send: (event: string, data: string) => void) => () => void,
): FastifyReply {
  const stream = new PassThrough()
  const stop = subscribe((event, data) => stream.write(`event: ${event}\ndata: ${data}\n\n`))
  stream.on('close', stop)
  stream.write(': listening\n\n')
  return reply.type('text/event-stream').send(stream)
}
