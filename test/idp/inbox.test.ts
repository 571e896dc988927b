// The inbox: what Cognito would have mailed or texted, as JSON, as a page, and live.
import t from 'tap'
import { createInbox, type Message } from '../../src/idp/domain/inbox.ts'
import { launchChromium } from '../support/chromium.ts'
import { visit } from '../support/hosted.ts'
import { rawHttp } from '../support/raw-http.ts'
import { startWorld } from '../support/world.ts'

const message = (text: string): Omit<Message, 'id'> => ({
  at: new Date(0),
  to: 'a@b',
  medium: 'EMAIL',
  kind: 'signup',
  username: 'a',
  text,
})

t.test('an inbox keeps the newest, in order, and tells who listens', async (t) => {
  const inbox = createInbox(2)
  const heard: string[] = []
  const stop = inbox.subscribe(({ text }) => heard.push(text))
  for (const text of ['one', 'two', 'three']) inbox.append(message(text))
  stop()
  inbox.append(message('four'))
  t.match(inbox.list(), [
    { id: 3, text: 'three' },
    { id: 4, text: 'four' },
  ])
  t.same(heard, ['one', 'two', 'three'])
  const earlier = inbox.list().slice(0, 1)
  inbox.restore(earlier)
  t.strictSame(inbox.list(), earlier)
  inbox.append(message('five'))
  t.match(inbox.list().at(-1), { id: 5, text: 'five' }, 'no id is given twice')
})

const forgetful = async (mock: Awaited<ReturnType<typeof startWorld>>, username: string) =>
  (await visit(mock, {}, '/forgotPassword')).submit({ username })

t.test('as JSON, newest first, and as a page for whoever asks for one', async (t) => {
  const mock = await startWorld(t)
  await forgetful(mock, 'alice')
  await forgetful(mock, 'bob')
  for (const [path, accept] of [
    ['/_mock/inbox.json', 'text/html'],
    ['/_mock/inbox', 'application/json'],
    ['/_mock/inbox', '*/*'],
  ] as const) {
    const answer = await fetch(`${mock.url}${path}`, { headers: { accept } })
    t.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8')
    t.notOk(answer.headers.has('access-control-allow-origin'), 'no other origin may read it')
    const { messages } = (await answer.json()) as { messages: Message[] }
    t.match(messages, [
      { username: 'bob', kind: 'forgot', medium: 'EMAIL', at: /^\d{4}-/ },
      { username: 'alice', code: /^\d{6}$/ },
    ])
  }
  const unasked = await rawHttp(mock)({ path: '/_mock/inbox' })
  t.match(JSON.parse(unasked.body), { messages: [{ username: 'bob' }, { username: 'alice' }] }, 'no Accept')
  const page = await fetch(`${mock.url}/_mock/inbox`, { headers: { accept: 'text/html' } })
  t.match(page.headers.get('content-security-policy'), /connect-src 'self'/)
  const html = await page.text()
  t.match(html, (await mock.pool.inbox.last('alice'))?.code)
  t.match(html, 'alice@example.com')
  const empty = await startWorld(t)
  const nothing = await fetch(`${empty.url}/_mock/inbox`, { headers: { accept: 'text/html' } })
  t.match(await nothing.text(), 'Nothing yet.')
})

t.test('a stream says that something came, and ends with its reader', async (t) => {
  const mock = await startWorld(t)
  const leaving = new AbortController()
  const answer = await fetch(`${mock.url}/_mock/inbox/events`, { signal: leaving.signal })
  t.equal(answer.headers.get('content-type'), 'text/event-stream')
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  t.match(await reader?.read(), { value: ': listening\n\n' })
  await forgetful(mock, 'alice')
  t.match(await reader?.read(), { value: `event: message\ndata: ${(await mock.pool.inbox.last())?.id}\n\n` })
  leaving.abort()
  await t.rejects(reader?.read() as Promise<unknown>)
  await forgetful(mock, 'bob')
  t.pass('and nobody is left to tell')
})

t.test('the page shows what comes without being asked again', async (t) => {
  const mock = await startWorld(t)
  const browser = await launchChromium()
  t.teardown(() => browser.close())
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (said) => {
    if (said.type() === 'error') complaints.push(said.text())
  })
  const listening = page.waitForResponse(`${mock.url}/_mock/inbox/events`)
  await page.goto(`${mock.url}/_mock/inbox`)
  await listening
  await page.getByText('Nothing yet.').waitFor()
  await forgetful(mock, 'alice')
  await page.getByText(String((await mock.pool.inbox.last())?.code), { exact: true }).waitFor()
  t.equal(await page.getByRole('article').count(), 1)
  t.same(complaints, [])
})
