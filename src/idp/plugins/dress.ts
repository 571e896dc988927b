// How the pages of a request look: the look of the pool's domain and, under managed login, the language that was
// last asked for. It is settled before any handler, so that refusals wear it too.
import fp from 'fastify-plugin'
import { type Brand, brandOf } from '../domain/brand.ts'
import type { Client } from '../domain/client.ts'
import type { UserPool } from '../domain/user-pool.ts'
import { hostedCookie } from './cognito-headers.ts'
import { isLanguage } from './languages.ts'
import type { BrandLinks } from './pages.ts'

export interface DressOptions {
  /** Whether open pages show at once what was edited in the files of their brand. Default: yes. */
  reloads?: boolean
}

/** Where the pages of a client find what there is of its brand. */
function brandLinks({ id, name }: Client, { stylesheet, pictures, watch }: Brand): BrandLinks {
  const folder = `/_mock/brand/${encodeURIComponent(id)}`
  return {
    ...(stylesheet !== undefined && { stylesheet: `${folder}/style.css` }),
    ...(pictures.logo !== undefined && { logo: `${folder}/logo`, logoText: name }),
    ...(pictures['dark-logo'] !== undefined && { darkLogo: `${folder}/dark-logo` }),
    ...(pictures.favicon !== undefined && { favicon: `${folder}/favicon` }),
    ...(watch !== undefined && { changes: `${folder}/changes` }),
  }
}

function linksOf(pool: UserPool, client: Client, reloads: boolean): BrandLinks | undefined {
  const brand = brandOf(pool, client)
  if (brand === undefined) return undefined
  const { changes, ...links } = brandLinks(client, brand)
  return changes === undefined || !reloads ? links : { ...links, changes }
}

export const dress = fp<DressOptions>(
  async (app, { reloads = true }) => {
    app.addHook('onRequest', (request, reply, done) => {
      const parameters = request.query as URLSearchParams
      const { pools } = request.world
      const { pool = pools[0] as UserPool, client } =
        request.world.client(parameters.get('client_id') ?? '') ?? {}
      request.look = pool.look
      if (client !== undefined) request.brand = linksOf(pool, client, reloads)
      if (pool.look === 'managed') {
        const asked = parameters.get('lang') ?? ''
        const language = isLanguage(asked) ? asked : (request.cookies.lang ?? '')
        if (isLanguage(asked)) reply.header('set-cookie', hostedCookie(request, 'lang', asked))
        if (isLanguage(language)) request.language = language
      }
      done()
    })
  },
  { name: 'dress', dependencies: ['pages', 'recorder', 'cognito-headers'], fastify: '5.x' },
)
