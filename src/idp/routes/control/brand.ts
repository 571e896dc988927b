// /_mock/brand/<client id>/style.css and the pictures beside it: what the owner of a pool has made of the pages of a client,
// as it is at this moment. Never kept by a browser, so that the next page shows what was just edited; /changes tells the
// pages that are open.
import type { FastifyReply } from 'fastify'
import { type Brand, brandOf, type PictureName } from '../../domain/brand.ts'
import { sendEvents } from '../../plugins/event-stream.ts'
import type { HostedRequest } from '../../plugins/hosted-forms.ts'
import type { PageModule } from '../../plugins/lazily.ts'

const asked = ({ params }: HostedRequest) => params as Readonly<Record<string, string>>

function brandAsked(request: HostedRequest): Brand | undefined {
  const known = request.world.client(asked(request).clientId as string)
  return known && brandOf(known.pool, known.client)
}

const nothing = (reply: FastifyReply) => reply.code(404).send()

export const stylesheet: PageModule = {
  async get(request, reply) {
    const css = brandAsked(request)?.stylesheet
    return css === undefined ? nothing(reply) : reply.type('text/css; charset=utf-8').send(css())
  },
}

/** One server-sent event each time that a file was edited. */
export const changes: PageModule = {
  async get(request, reply) {
    const watch = brandAsked(request)?.watch
    return watch === undefined
      ? nothing(reply)
      : sendEvents(reply, (send) => watch(() => send('change', 'style')))
  },
}

export const picture: PageModule = {
  async get(request, reply) {
    const pictures = { ...brandAsked(request)?.pictures }
    const name = asked(request).picture as PictureName
    const read = Object.hasOwn(pictures, name) ? pictures[name] : undefined
    if (read === undefined) return nothing(reply)
    const { content, contentType } = read()
    // A picture may be a document with scripts in it, if it is an SVG that is opened on its own.
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
    return reply.type(contentType).send(content)
  },
}
