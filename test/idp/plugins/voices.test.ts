// A defect of our own, in each of the three voices: a 5xx that tells the client nothing, and the journal everything.
import cookie from '@fastify/cookie'
import Fastify, { type FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { createFaults } from '../../../src/idp/domain/faults.ts'
import { createJournal } from '../../../src/idp/domain/journal.ts'
import { createWorld } from '../../../src/idp/domain/user-pool.ts'
import { logLine } from '../../../src/idp/log.ts'
import { idp } from '../../../src/idp/plugins/idp.ts'
import { pages } from '../../../src/idp/plugins/pages.ts'
import { recorder } from '../../../src/idp/plugins/recorder.ts'
import { hostedPagesVoice } from '../../../src/idp/plugins/voices/hosted-pages.ts'
import { metadataVoice } from '../../../src/idp/plugins/voices/metadata.ts'
import { oauthVoice } from '../../../src/idp/plugins/voices/oauth.ts'
import { createUrls } from '../../../src/idp/urls.ts'

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
