// The contract, held over HTTP to a process of its own; and what only a remote handle has.
import { createServer } from 'node:http'
import t from 'tap'
import { connect } from '../../src/index.ts'
import { spawnMocknito } from '../support/spawned.ts'
import { startWorld } from '../support/world.ts'
import { contract } from './contract.ts'

t.test('the contract, over HTTP', async (t) => {
  const mock = await connect(await spawnMocknito(t))
  t.teardown(() => mock.close())
  contract(t, mock)
})

t.test('a port that was mapped is made known, and everything fits it', async (t) => {
  const { url } = await startWorld(t)
  await using mock = await connect(url)
  await mock.setPublicUrl('http://localhost:4711')
  t.equal(mock.url, 'http://localhost:4711')
  t.match(mock.pool, {
    issuer: 'http://localhost:4711/us-east-1_LocalPool',
    domainUrl: 'http://localhost:4711',
  })
  t.match(await (await fetch(`${url}/us-east-1_LocalPool/.well-known/openid-configuration`)).json(), {
    issuer: 'http://localhost:4711/us-east-1_LocalPool',
  })
  await t.rejects(mock.setPublicUrl('localhost'), {
    message: /^publicUrl is localhost, expected scheme, host and port/,
  })
  await mock.setPublicUrl(null)
  t.equal(mock.url, url)
})

t.test('a handle that is closed waits no longer, and the mock goes on', async (t) => {
  const { url } = await startWorld(t)
  const mock = await connect(url)
  const waiting = mock.pool.requests.waitFor({ target: 'revoke' })
  await Promise.all([t.rejects(waiting, { message: 'the mock was closed' }), mock.close()])
  t.equal((await fetch(`${url}/health`)).status, 200)
})

t.test('nobody is there, and nobody answers, are two things', async (t) => {
  const local = await startWorld(t)
  await using mock = await connect(local.url)
  t.equal(await mock.pool.users.get('nobody'), undefined)
  await local.close()
  await t.rejects(mock.pool.users.get('nobody'), { message: /^no mocknito answers at / })
})

t.test('a hook stays in its process', async (t) => {
  const { url } = await startWorld(t)
  await using mock = await connect(url)
  await t.rejects(async () => mock.pool.faults.next('token', { hook: () => {} }), {
    message: 'a hook works in the process of the mock only',
  })
})

t.test('where no mock answers, that is what is said', async (t) => {
  const other = createServer((_, response) => response.writeHead(404).end('<h1>Not here</h1>'))
  await new Promise<void>((resolve) => {
    other.listen(0, '127.0.0.1', resolve)
  })
  const { port } = other.address() as { port: number }
  await t.rejects(connect(`http://127.0.0.1:${port}`), {
    message: `http://127.0.0.1:${port} answered 404: is it a mocknito?`,
  })
  await t.rejects(connect(`http://127.0.0.1:${port}`, { token: 'two\nlines' }), {
    message: new RegExp(`^no mocknito answers at http://127.0.0.1:${port}: .*invalid header value`, 's'),
  })
  await new Promise((resolve) => {
    other.close(resolve)
    other.closeAllConnections()
  })
  await t.rejects(connect(`http://127.0.0.1:${port}`), {
    message: new RegExp(`^no mocknito answers at http://127.0.0.1:${port}: connect ECONNREFUSED`),
  })
})
