// The way out to an identity provider, and the cookies that hold the way back together. In the place of each provider is a
// stand-in of ours, under /_mock/ as everything that is not Cognito's.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AuthorizationRequest } from '../domain/authorize/request.ts'
import type { IdentityProvider } from '../domain/federation/identity-provider.ts'
import { leaveFor } from '../domain/federation/leave.ts'
import type { UserPool } from '../domain/user-pool.ts'
import { csrfStateCookies, expiredCookie } from './cognito-headers.ts'

export const federationCookies = ['csrf-state', 'csrf-state-legacy'] as const

/** Sends the browser to the provider. */
export async function toProvider(
  request: FastifyRequest,
  reply: FastifyReply,
  asked: AuthorizationRequest,
  provider: IdentityProvider,
): Promise<FastifyReply> {
  const { announcedOrigin } = request
  const { parameters, csrf } = await leaveFor(provider, asked, announcedOrigin)
  reply.header('set-cookie', csrfStateCookies(request, csrf))
  const query = new URLSearchParams(parameters as [string, string][])
  return reply.redirect(`${placeOf(announcedOrigin, { pool: asked.pool, provider })}?${query}`)
}

type AtPool = { readonly pool: Pick<UserPool, 'id'>; readonly provider: IdentityProvider }

const placeOf = (origin: string, { pool, provider }: AtPool): string =>
  `${origin}/_mock/providers/${pool.id}/${encodeURIComponent(provider.name)}`

/** Where a provider takes requests to sign somebody out. */
export const signOutPlace = (origin: string, at: AtPool): string => `${placeOf(origin, at)}/logout`

/** What the browser kept of the two cookies. */
export const csrfStatesOf = ({ cookies }: FastifyRequest): string[] =>
  federationCookies.flatMap((name) => cookies[name] || [])

/** Takes back what the browser has of them. */
export function forgetVisit(request: FastifyRequest, reply: FastifyReply): void {
  for (const name of federationCookies)
    if (request.cookies[name] !== undefined) reply.header('set-cookie', expiredCookie(request, name))
}
