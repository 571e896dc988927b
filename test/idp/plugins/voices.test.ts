// A defect of our own, in each of the three voices: a 5xx that tells the client nothing, and the journal everything.
import cookie from '@fastify/cookie'
import Fastify, { type FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { createApp } from '../../../src/idp/app.ts'
import { createFaults } from '../../../src/idp/domain/faults.ts'
import { createJournal } from '../../../src/idp/domain/journal.ts'
import { createWorld, type UserPool } from '../../../src/idp/domain/user-pool.ts'
import { buildWorld } from '../../../src/idp/fixture/build.ts'
import { demoFixture } from '../../../src/idp/fixture/load.ts'
import { logLine } from '../../../src/idp/log.ts'
import { idp } from '../../../src/idp/plugins/idp.ts'
import { pages } from '../../../src/idp/plugins/pages.ts'
import { recorder } from '../../../src/idp/plugins/recorder.ts'
import { hostedPagesVoice } from '../../../src/idp/plugins/voices/hosted-pages.ts'
import { metadataVoice } from '../../../src/idp/plugins/voices/metadata.ts'
import { oauthVoice } from '../../../src/idp/plugins/voices/oauth.ts'
import { memoryStores } from '../../../src/idp/stores/memory-stores.ts'
import { createUrls } from '../../../src/idp/urls.ts'
import { shows } from '../../support/world.ts'

const voices: [name: string, voice: FastifyPluginAsync, says: RegExp][] = [
  ['OAuth endpoints', oauthVoice, /^\{"error":"server_error"\}$/],
  ['pages', hostedPagesVoice, /Something went wrong/],
  ['documents of the issuer', metadataVoice, /^\{"message":"Internal server error"\}$/],
]

for (const [name, voice, says] of voices)
  t.test(name, async (t) => {
    const journal = createJournal()
    const app = Fastify()
    await app.register(idp, {
      world: createWorld([]),
      urls: createUrls({ issuer: 'local' }),
      journal,
      faults: createFaults(),
    })
    await app.register(recorder)
    await app.register(cookie)
    await app.register(pages)
    await app.register(voice)
    app.get('/', () => {
      throw new Error('the secret of the defect')
    })
    const answer = await app.inject({ url: '/', headers: { host: 'localhost' } })
    t.equal(answer.statusCode, 500)
    t.match(answer.body, says)
    t.notMatch(answer.body, /the secret of the defect/)
    const [exchange] = journal.list()
    t.match(exchange && logLine(exchange), /^GET \/ 500 failed: Error: the secret of the defect\n/)
    await app.close()
  })

t.test('at /oauth2/authorize the app is told, once it is proven', async (t) => {
  shows(t, 'authorize.server-error')
  const world = buildWorld(demoFixture(), memoryStores, () => new Promise(() => {}))
  const [pool] = world.pools as [UserPool]
  pool.sessions.find = async () => {
    throw new Error('the secret of the defect')
  }
  const journal = createJournal()
  const urls = createUrls({ issuer: 'local' })
  const app = await createApp({ world, urls, journal, faults: createFaults() })
  t.teardown(() => app.close())
  const query = new URLSearchParams({
    client_id: 'mockwebclient0000000000001',
    response_type: 'code',
    redirect_uri: 'http://localhost:9401/auth/callback',
    state: 's',
  })
  const headers = { host: 'localhost', cookie: 'cognito=any' }
  const { statusCode, headers: told } = await app.inject({ url: `/oauth2/authorize?${query}`, headers })
  t.equal(statusCode, 302)
  t.equal(told.location, 'http://localhost:9401/auth/callback?state=s&error=server_error')
  const [exchange] = journal.list()
  t.match(
    exchange && logLine(exchange),
    /^GET \/oauth2\/authorize 302 failed: Error: the secret of the defect\n/,
  )
})
