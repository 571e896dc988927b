// For routes that take no body: whatever comes with a request, of whatever type, is read up to the usual size and
// dropped. A form that logs out sends one, and so do clients that cannot do without.
import fp from 'fastify-plugin'

export const ignoreBodies = fp(
  async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, async () => undefined)
  },
  { name: 'bff-ignore-bodies' },
)
