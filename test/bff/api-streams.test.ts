// What flows through the proxy, and does not end as it should: uploads that nobody wants, answers that break off or never
// come, events that are a long time coming. Real sockets on both sides of the BFF.
import { once } from 'node:events'
import { Agent, type OutgoingHttpHeaders, request } from 'node:http'
import { connect, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { startIssuer } from '../support/issuer.ts'
import { listeningBefore, loggedInBefore, startApi, startTalker } from './api.ts'
import { standingClock } from './browser.ts'

const issuer = await startIssuer()
t.teardown(issuer.close)
const api = await startApi()
t.teardown(api.close)
const well = { ...issuer.behaviour }
t.beforeEach(() => Object.assign(issuer.behaviour, well))

const csrf = { 'x-csrf': '1' }

/** Something that will happen, and how to say that it has. */
function happening(): [happened: Promise<void>, happens: () => void] {
  let happens = () => {}
  const happened = new Promise<void>((resolve) => {
    happens = resolve
  })
  return [happened, happens]
}

const here = { agent: false, host: '127.0.0.1' } as const

/** Begins to send a hundred bytes. */
function beginUpload({ port, cookie }: { port: number; cookie: string }) {
  const headers = { ...csrf, cookie, 'content-length': 100, 'content-type': 'a/b' }
  const upload = request({ ...here, port, method: 'POST', path: '/api/upload', headers })
  upload.on('error', () => {})
  upload.write('the beginning')
  return upload
}

/** Says the same to everybody, and ends. */
const sayingOnly = (t: Test, words: string) =>
  startTalker(t, (socket) => socket.on('data', () => socket.end(words)))

t.test('a body that nobody wants to the end does not stop the next request of its connection', async (t) => {
  const { port, cookie } = await listeningBefore(t, issuer, `/api=${api.url}`)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  const ask = async (method: string, path: string, headers: OutgoingHttpHeaders, body?: Buffer) => {
    const asked = request({ ...here, agent, port, method, path, headers })
    const [answer] = await once(asked.end(body), 'response')
    await text(answer)
    t.not(answer.headers.connection, 'close')
    return answer.statusCode as number
  }
  const much = Buffer.alloc(3_000_000, ' ')
  const sent = { 'content-type': 'text/plain', 'content-length': much.length }
  for (let round = 0; round < 5; round++) {
    const status = await ask('POST', '/api/orders', { ...sent, ...csrf, cookie }, much)
    t.ok([413, 502].includes(status), `the API says 413, and hangs up: ${status}`)
    t.equal(await ask('GET', '/api/orders', { cookie }), 200)
  }
  t.equal(await ask('POST', '/api/orders', { ...sent, ...csrf }, much), 401)
  t.equal(await ask('POST', '/api/orders', { ...sent, cookie }, much), 403)
  t.equal(await ask('GET', '/api/orders', { cookie }), 200)
})

t.test(
  'an API may answer before it has read everything, and the connection goes on',
  { timeout: 8_000 },
  async (t) => {
    const words = 'HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n'
    const url = await startTalker(t, (socket) => socket.once('data', () => socket.write(words)))
    const { cookie, port } = await listeningBefore(t, issuer, `/api=${url}`)
    const browser = connect(port, '127.0.0.1').setEncoding('utf8')
    t.teardown(() => browser.destroy())
    const hears = async (word: string) => {
      let heard = ''
      while (!heard.includes(word)) heard += (await once(browser, 'data'))[0]
    }
    const about = ['host: x', `cookie: ${cookie}`, 'x-csrf: 1', 'content-type: a/b', 'content-length: 8']
    browser.write(['POST /api/x HTTP/1.1', ...about, '', 'half'].join('\r\n'))
    await hears('HTTP/1.1 413')
    browser.write(['halfGET /auth/status HTTP/1.1', 'host: x', '', ''].join('\r\n'))
    await hears('"loggedIn":false')
  },
)

// Before the ten seconds are over after which nobody waits for an API.
t.test('an upload that breaks off breaks off at the API', { timeout: 8_000 }, async (t) => {
  const bff = await listeningBefore(t, issuer, `/api=${api.url}`)
  const begun = once(api.server, 'request')
  const upload = beginUpload(bff)
  const [received] = await begun
  upload.destroy()
  const [cut] = await once(received, 'error')
  t.equal(cut.code, 'ECONNRESET')
  t.equal((await bff.browser.get('/api/after')).statusCode, 200)
})

t.test('what an API says of somebody is not for the log, even where it cannot be understood', async (t) => {
  for (const [words, says] of [
    ['HTTP/1.1 200 OK\r\nset-cookie: private=1\r\nbad header\r\n\r\nprivate', /api_unavailable/],
    ['HTTP/1.1 999 Private\r\ncontent-length: 7\r\ncontent-encoding: gzip\r\n\r\nprivate', /api_unavailable/],
  ] as const) {
    const { browser, lines } = await loggedInBefore(issuer, `/api=${await sayingOnly(t, words)}`)
    const answer = await browser.get('/api/orders?of=private')
    t.equal(answer.statusCode, 502)
    t.match(answer.body, says)
    t.equal(answer.headers['content-encoding'], undefined)
    const log = lines.join('')
    t.match(log, '"path":"/api/orders"')
    t.notMatch(log, /private|rawPacket|already sent/i)
    t.notOk(log.includes(JSON.stringify([...Buffer.from('private')]).slice(1, -1)), 'nor byte by byte')
  }
})

t.test(
  'an upload whose browser has gone before it begins holds nothing up',
  { timeout: 8_000 },
  async (t) => {
    const clock = standingClock()
    const [gone, closed] = happening()
    const url = await startTalker(t, (socket) => socket.on('data', () => {}).on('close', closed))
    const patient = { BFF_SESSION_IDLE: '20000' }
    const bff = await listeningBefore(t, issuer, `/api=${url}`, patient, { clock })
    clock.advance(3600)
    const [released, release] = happening()
    issuer.behaviour.waits = { '/oauth2/token': released }
    const refreshing = issuer.arrival('/oauth2/token')
    const [left, leave] = happening()
    bff.app.server.once('connection', (socket) => socket.once('close', leave))
    const upload = beginUpload(bff)
    await refreshing
    upload.destroy()
    await left
    release()
    await gone
    t.notMatch(bff.lines.join(''), /"level":50/)
  },
)

t.test('an upload that breaks off while the API answers is not answered again', async (t) => {
  const [gone, closed] = happening()
  const url = await startTalker(t, (socket) => {
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\nthe beginning')).once('close', closed)
  })
  const bff = await listeningBefore(t, issuer, `/api=${url}`)
  const upload = beginUpload(bff)
  const [answer] = await once(upload, 'response')
  answer.on('error', () => {})
  await once(answer, 'data')
  upload.destroy()
  await gone // by then the BFF has given up the API's answer, too
  t.match(bff.lines.join(''), 'response errored')
  t.notMatch(bff.lines.join(''), /"level":50|Reply was already sent/)
})

t.test('an answer that breaks off in its midst is not answered again', async (t) => {
  const url = await startTalker(t, (socket) => {
    const beginning = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nthe beginning'
    socket.once('data', () => socket.write(beginning, () => socket.resetAndDestroy()))
  })
  const { cookie, lines, port } = await listeningBefore(t, issuer, `/api=${url}`)
  const options = { ...here, port, path: '/api/x', headers: { cookie } }
  const [answer] = await once(request(options).end(), 'response')
  await t.rejects(text(answer))
  t.strictSame(
    lines.filter((line) => JSON.parse(line).level >= 50 || /Reply was already sent/.test(line)),
    [],
  )
})

/** What is to happen when nobody has answered for so long; until the test ends. */
function patience(t: Test, milliseconds: number): (() => void)[] {
  const ends: (() => void)[] = []
  const realTimeout = globalThis.setTimeout
  t.teardown(() => {
    globalThis.setTimeout = realTimeout
  })
  globalThis.setTimeout = ((work: () => void, wanted: number) => {
    if (wanted === milliseconds) ends.push(work)
    return realTimeout(work, wanted)
  }) as typeof setTimeout
  return ends
}

t.test('an API that switches protocols unasked is given up', async (t) => {
  const words = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'
  const [gone, closed] = happening()
  const url = await startTalker(t, (socket) => {
    socket.once('data', () => socket.write(words)).once('close', closed)
  })
  const { browser } = await loggedInBefore(issuer, `/api=${url}`)
  const ends = patience(t, 15_000)
  const answer = browser.get('/api/x')
  await gone
  for (const end of ends) end()
  t.equal((await answer).statusCode, 502)
})

t.test('nor is whoever has gone meanwhile a reason to complain of the API', async (t) => {
  const [arrived, arrive] = happening()
  const url = await startTalker(t, (socket) => socket.once('data', arrive))
  const { app, cookie, lines, port } = await listeningBefore(t, issuer, `/api=${url}`)
  const ends = patience(t, 15_000)
  const [left, leave] = happening()
  app.server.once('connection', (socket) => socket.once('close', leave))
  const asked = request({ ...here, port, path: '/api/x', headers: { cookie } }).on('error', () => {})
  asked.end()
  await arrived
  asked.destroy()
  await left
  t.equal(ends.length, 1)
  for (const end of ends) end()
  t.notMatch(lines.join(''), 'no answer to')
})

t.test('events may be a long time coming, whatever their letters are', async (t) => {
  const waits: [port: number | undefined, milliseconds: number][] = []
  const { setTimeout } = Socket.prototype
  t.teardown(() => {
    Socket.prototype.setTimeout = setTimeout
  })
  Socket.prototype.setTimeout = function (this: Socket, ...what) {
    waits.push([this.remotePort, what[0]])
    return setTimeout.apply(this, what)
  }
  for (const [type, isLifted] of [
    ['text/event-stream; charset=utf-8', true],
    ['text/plain', false],
  ] as const) {
    const beginning = `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n\r\ndata: 1`
    const url = await startTalker(t, (socket) => socket.once('data', () => socket.write(beginning)))
    const { cookie, port } = await listeningBefore(t, issuer, `/api=${url}`)
    const options = { ...here, port, path: '/api/events', headers: { cookie } }
    const asked = request(options).end()
    const [answer] = await once(asked, 'response')
    await once(answer, 'data')
    const last = waits.findLast(([port]) => port === Number(new URL(url).port))
    t.equal(last?.[1], isLifted ? 0 : undefined, type)
    asked.destroy()
  }
})
