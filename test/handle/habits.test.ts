// What other people's tests do to a mock that lives among them: they fake time, run in parallel, ask for a pool for each
// test, map ports, and leave things open.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { type AddressInfo, connect as connectTo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import t, { type Test } from 'tap'
import { connect, startMocknito } from '../../src/index.ts'
import { alice, createBrowser } from '../support/browser.ts'
import { listening } from '../support/events.ts'
import { basic } from '../support/oauth.ts'
import { plainly } from '../support/plainly.ts'
import { startWorld } from '../support/world.ts'

/**
 * Runs a script of the folder, and resolves with the JSON that it writes. They run what was built: a loader of TypeScript would
 * take longer than all they do.
 */
async function ran(script: string, ...words: string[]) {
  const file = fileURLToPath(new URL(`habits/${script}.js`, import.meta.url))
  const { stdout } = await promisify(execFile)('env', plainly([process.execPath, file, ...words]))
  return JSON.parse(stdout)
}

t.test('faked timers in the process move nothing of the mock, and stop nothing', async (t) => {
  const results = await ran('faked-timers')
  t.equal(results.length, 7)
  for (const result of results.slice(0, 6)) {
    const { aheadSeconds, ...rest } = result
    t.ok(Math.abs(aheadSeconds) < 30)
    t.match(rest, { code: 36, statuses: [200, 200], vain: 'TimeoutError', iatIsNow: true })
  }
  t.ok(Math.abs(results[6] - 1_000_000_000_000) < 30_000, 'unless it was told to follow')
})

t.test('parallel workers have a pool each, and do not notice one another', async (t) => {
  const mock = await startWorld(t)
  const names = ['ada', 'hedy', 'joan']
  const told = await Promise.all(names.map((name) => ran('worker', mock.url, name)))
  const statuses = [...Array(17).fill(200), 429, 429, 429]
  t.strictSame(
    told,
    names.map((name) => ({ name, statuses, sent: 20, users: 8 })),
  )
  t.equal(mock.pools.length, 1, 'and leave none behind')
})

const redeem = async (url: string, client: { id: string; secret?: string }, code: string) => {
  const redirect_uri = 'http://localhost:9401/auth/callback'
  const answer = await fetch(`${url}/oauth2/token`, {
    method: 'POST',
    headers: basic(client),
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri }),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}

t.test('a hundred pools live on one port, and each knows its own', async (t) => {
  const mock = await startWorld(t)
  const pools = await Promise.all(Array.from({ length: 100 }, () => mock.createPool()))
  const everyClient = mock.pools.flatMap(({ clients }) => clients.map(({ id }) => id))
  t.equal(new Set(everyClient).size, 4 * 101)
  t.equal(new Set(mock.pools.map(({ issuer }) => issuer)).size, 101)
  const outcomes = await Promise.all(
    pools.map(async (pool, index) => {
      const neighbour = pools[(index + 1) % 100] as typeof pool
      const { code } = await pool.auth.code({ user: 'alice' })
      const stolen = await redeem(mock.url, neighbour.client('web'), code)
      const { status, body } = await redeem(mock.url, pool.client('web'), code)
      const { payload } = await jwtVerify(
        body.id_token as string,
        createRemoteJWKSet(new URL(pool.jwksUri)),
        {
          issuer: pool.issuer,
          audience: pool.client('web').id,
        },
      )
      return [
        stolen.body.error,
        status,
        payload['cognito:username'],
        await pool.requests.count({ target: 'token' }),
      ]
    }),
  )
  t.strictSame(outcomes, Array(100).fill(['invalid_grant', 200, 'alice', 2]))
  await Promise.all(pools.map(({ id }) => mock.deletePool(id)))
  t.equal(mock.pools.length, 1)
})

/** A port that leads to another one, as a container's does. */
async function mapped(t: Test, port: number): Promise<number> {
  const proxy = createServer((socket) => {
    const inside = connectTo(port, '127.0.0.1')
    socket.pipe(inside).pipe(socket)
    for (const end of [socket, inside]) end.on('error', () => socket.destroy() && inside.destroy())
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  t.teardown(() => proxy.close())
  return (proxy.address() as AddressInfo).port
}

t.test('behind a mapped port everything fits the outside, once it is told', async (t) => {
  const { port, url: inside } = await startWorld(t, { host: '0.0.0.0', controlToken: false })
  const outside = `http://localhost:${await mapped(t, port)}`
  const answer = await fetch(`${outside}/_mock/v1/info`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ publicUrl: outside }),
  })
  t.strictSame(await answer.json(), { url: outside })
  for (const origin of [outside, inside]) {
    const discovery = `${origin}/us-east-1_LocalPool/.well-known/openid-configuration`
    t.match(await fetch(discovery).then((each) => each.json()), {
      issuer: `${outside}/us-east-1_LocalPool`,
      token_endpoint: `${outside}/oauth2/token`,
    })
  }
  await using mock = await connect(outside)
  const { pool } = mock
  const web = pool.client('web')
  const asked = new URLSearchParams({
    response_type: 'code',
    client_id: web.id,
    redirect_uri: web.callbackUrls[0] as string,
  })
  const callback = await createBrowser().signIn(`${pool.domainUrl}/oauth2/authorize?${asked}`, alice)
  const { body } = await redeem(outside, web, callback.searchParams.get('code') as string)
  const keys = createRemoteJWKSet(new URL(pool.jwksUri))
  t.match((await jwtVerify(body.id_token as string, keys, { issuer: pool.issuer })).payload, {
    iss: `${outside}/us-east-1_LocalPool`,
  })
  t.match(
    claimsOfToken((await redeem(inside, web, (await pool.auth.code({ user: 'bob' })).code)).body.id_token),
    { iss: `${outside}/us-east-1_LocalPool` },
    'whoever asks inside gets the same issuer',
  )
})

const claimsOfToken = (token = '') =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

t.test('whatever is open when a mock closes ends with it', async (t) => {
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  const mock = await startMocknito()
  const streams = [await listening(mock.url, agent), await listening(mock.url, agent)]
  await fetch(mock.pool.jwksUri)
  await mock.pool.faults.next('discovery', { network: 'hang' })
  const hung = fetch(`${mock.pool.issuer}/.well-known/openid-configuration`).catch(() => 'broken')
  const polling = fetch(`${mock.url}/_mock/v1/pools/default/inbox?wait=1h`).then(
    () => 'answered',
    () => 'broken',
  )
  await mock.pool.requests.waitFor({ target: 'discovery', status: 0 })
  await mock.close()
  await Promise.all(streams.map(({ end }) => end))
  t.equal(await hung, 'broken')
  t.ok(['answered', 'broken'].includes(await polling))
  await t.rejects(fetch(mock.pool.jwksUri), 'nobody listens')
  await mock.close()
  t.pass('and closing again is nothing')
})
