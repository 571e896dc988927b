// The second port of a server: the same application over TLS. It ends with the application, at once, whatever is
// connected to it.
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Identity } from './identity.ts'

/**
 * Prepares the port, before the application listens anywhere.
 *
 * @param onTrouble told, in a sentence, about clients that could not connect for a reason that people can mend
 * @returns begins to listen, and resolves with the number of the port; rejects with EADDRINUSE and its kin
 */
export function securePort(
  app: FastifyInstance,
  { chain, key }: Identity,
  onTrouble: (sentence: string) => void,
): (address: { readonly host: string; readonly port: number }) => Promise<number> {
  const server = createServer({ cert: chain, key }, app.routing)
  const { keepAliveTimeout, requestTimeout } = app.server
  Object.assign(server, { keepAliveTimeout, requestTimeout })
  server.on('clientError', (...trouble) => app.server.emit('clientError', ...trouble))

  // Node's own list has only the connections that have finished their handshake.
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  // Once each: a browser opens several connections, and one that is told to ignore errors tries all the same.
  const told = new Set<string>()
  server.on('tlsClientError', ({ code }: NodeJS.ErrnoException) => {
    const sentence = whatToDo(code)
    if (sentence === undefined || told.has(sentence)) return
    told.add(sentence)
    onTrouble(sentence)
  })

  app.addHook('onClose', async () => {
    if (!server.listening) return
    server.close()
    for (const socket of sockets) socket.destroy()
    await once(server, 'close')
  })
  return async ({ host, port }) => {
    server.listen({ host, port })
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
}

function whatToDo(code: string | undefined): string | undefined {
  if (code === 'ERR_SSL_HTTP_REQUEST') return 'somebody speaks http to the https port: say https:// there'
  // TLS alerts 42 to 48 (RFC 8446 §6.2), of which 46 and 48 are what clients say that do not know the CA.
  if (/ALERT_(?:UNKNOWN_CA|CERTIFICATE_UNKNOWN|BAD_CERTIFICATE)$/.test(String(code)))
    return 'a client refuses the certificate of the https port: it does not trust the CA, or calls the server by another name'
  return undefined
}
