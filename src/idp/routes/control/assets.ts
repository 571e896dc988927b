// The style sheet, script and logo of the hosted pages, under /_mock/ because nothing of the mock's own lives
// on one of Cognito's paths. Only the files listed here are served, so no request ever names a file on the
// disk.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyPluginAsync } from 'fastify'

const files = [
  { name: 'classic.css', look: 'classic', contentType: 'text/css; charset=utf-8' },
  { name: 'classic.js', look: 'classic', contentType: 'text/javascript; charset=utf-8' },
  { name: 'logo.svg', look: 'classic', contentType: 'image/svg+xml' },
]

/**
 * Serves the assets of the pages under `/_mock/assets/`. Browsers keep them and ask each time whether they
 * changed.
 *
 * @example
 * await app.register(assets)
 * await app.inject('/_mock/assets/classic.css')
 */
export const assets: FastifyPluginAsync = async (app) => {
  for (const { name, look, contentType } of files) {
    const content = readFileSync(new URL(`../../../../views/${look}/${name}`, import.meta.url))
    const etag = `"${createHash('sha256').update(content).digest('base64url')}"`

    app.get(`/_mock/assets/${name}`, async (request, reply) => {
      reply.headers({ etag, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' })
      if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send()
      return reply.type(contentType).send(content)
    })
  }
}
