// The style sheets, scripts and logos of the pages, under /_mock/ because nothing of the mock's own lives
// on one of Cognito's paths. Only the files listed here are served, so no request ever names a file on the
// disk.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyPluginAsync } from 'fastify'
import { packageRoot } from '../../../package-root.ts'

const css = 'text/css; charset=utf-8'
const script = 'text/javascript; charset=utf-8'
const svg = 'image/svg+xml'

/** Name in the URL, place below `views/`, content type. */
const files: readonly [name: string, place: string, contentType: string][] = [
  ['classic.css', 'classic/classic.css', css],
  ['classic.js', 'classic/classic.js', script],
  ['logo.svg', 'classic/logo.svg', svg],
  ['managed.css', 'managed/managed.css', css],
  ['managed.js', 'managed/managed.js', script],
  ['managed-logo.svg', 'managed/logo.svg', svg],
  ['checklist.js', 'shared/checklist.js', script],
  ['reload.js', 'shared/reload.js', script],
  ['panel.css', 'shared/panel.css', css],
  ['inbox.css', 'inbox/inbox.css', css],
  ['inbox.js', 'inbox/inbox.js', script],
  ['stand-in.css', 'stand-in/stand-in.css', css],
  ['stand-in.js', 'stand-in/stand-in.js', script],
]

const views = new URL('views/', packageRoot)

/**
 * Serves the assets of the pages under `/_mock/assets/`. Each is read when it is first asked for; browsers keep them and
 * ask each time whether they changed.
 *
 * @example
 * await app.register(assets)
 * await app.inject('/_mock/assets/classic.css')
 */
export const assets: FastifyPluginAsync = async (app) => {
  for (const [name, place, contentType] of files) {
    let known: { content: Buffer; etag: string } | undefined

    app.get(`/_mock/assets/${name}`, async (request, reply) => {
      known ??= withTag(readFileSync(new URL(place, views)))
      const { content, etag } = known
      reply.headers({ etag, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' })
      if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send()
      return reply.type(contentType).send(content)
    })
  }
}

const withTag = (content: Buffer): { content: Buffer; etag: string } => ({
  content,
  etag: `"${createHash('sha256').update(content).digest('base64url')}"`,
})
