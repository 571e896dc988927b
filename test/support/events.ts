// A reader of the live inbox, as a page that somebody left open.
import { once } from 'node:events'
import { type Agent, get, type IncomingMessage } from 'node:http'

/** Begins to read a stream of events, over a connection that would be kept. */
export async function listening(url: string, agent: Agent): Promise<{ end: Promise<unknown> }> {
  const asked = get(`${url}/_mock/inbox/events`, { agent }).on('error', () => {})
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  await once(answer, 'data')
  // It breaks off, which is an error too.
  answer.on('error', () => {})
  return { end: new Promise((resolve) => answer.on('close', resolve)) }
}
