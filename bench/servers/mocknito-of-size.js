// mocknito with as many people as asked for, and a side door that says how much memory they take and lets time pass:
// `node --expose-gc mocknito-of-size.js <people>`
import { createServer } from 'node:http'
import { startMocknito } from '../../dist/index.js'
import { client, nameOf, password } from '../world.js'

const people = Number(process.argv[2])
const mock = await startMocknito({
  fixture: {
    pools: [
      {
        UserPool: { Id: 'us-east-1_OfSize' },
        Clients: [
          {
            ClientId: client.id,
            ClientSecret: client.secret,
            CallbackURLs: [client.redirectUri],
            AllowedOAuthFlows: ['code'],
            AllowedOAuthScopes: ['openid', 'email'],
          },
        ],
        Users: Array.from({ length: people }, (_, index) => ({
          Username: nameOf(index),
          Password: password,
          Attributes: { email: `${nameOf(index)}@example.com`, email_verified: 'true' },
        })),
      },
    ],
  },
})

const doors = {
  '/heap': async () => {
    globalThis.gc()
    return process.memoryUsage().heapUsed
  },
  '/later': async () => mock.pool.clock.advance('31d'),
}
const sideDoor = createServer(async ({ url }, response) => {
  const answer = await doors[url]()
  response.end(JSON.stringify(answer ?? null))
})
sideDoor.listen(0, '127.0.0.1', () => {
  const { port } = sideDoor.address()
  const sideUrl = `http://127.0.0.1:${port}`
  process.stdout.write(`${JSON.stringify({ url: mock.url, issuer: mock.pool.issuer, sideUrl })}\n`)
})
