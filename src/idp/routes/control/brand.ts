// /_mock/brand/<client id>/style.css, /logo and /dark-logo: what the owner of a pool has made of the pages of a client, as it
// is at this moment. Never kept by a browser, so that the next page shows what was just edited.
import type { FastifyReply } from 'fastify'
import { type Brand, brandOf } from '../../domain/brand.ts'
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

export const logo: PageModule = {
  async get(request, reply) {
    const brand = brandAsked(request)
    const read = { logo: brand?.logo, 'dark-logo': brand?.darkLogo }[asked(request).logo as string]
    if (read === undefined) return nothing(reply)
    const { content, contentType } = read()
    // A picture may be a document with scripts in it, if it is an SVG that is opened on its own.
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
    return reply.type(contentType).send(content)
  },
}
