// The one decorator of the application: the world, the URLs and the journal. Routes read it once, when they
// register.
import fp from 'fastify-plugin'
import type { Faults } from '../domain/faults.ts'
import type { Journal } from '../domain/journal.ts'
import type { World } from '../domain/user-pool.ts'
import type { Urls } from '../urls.ts'

export interface Idp {
  readonly world: World
  readonly urls: Urls
  readonly journal: Journal
  readonly faults: Faults
}

declare module 'fastify' {
  interface FastifyInstance {
    idp: Idp
  }
}

export const idp = fp<Idp>(
  async (app, { world, urls, journal, faults }) => {
    app.decorate('idp', { world, urls, journal, faults })
  },
  { name: 'idp', fastify: '5.x' },
)
