// What flows between a browser and the API behind it, and does not end when one of the two would have it end.
import { PassThrough, type Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** Events come when there are some: their connection may be silent for long. */
export const isEvents = (reply: FastifyReply) =>
  /^text\/event-stream\b/.test(String(reply.getHeader('content-type')))

/**
 * The body for the API. If it wants no more of it, the rest is read all the same: browsers listen to an answer when they
 * have sent everything, and their next request waits behind it.
 */
export function readToItsEnd(sent: Readable): Readable {
  const body = sent.pipe(new PassThrough())
  if (sent.destroyed) body.destroy(new Error('whoever sent it has gone'))
  sent.once('error', (error) => body.destroy(error))
  return body.once('close', () => sent.resume())
}
