// The optional part for native apps (`handoff: 'code'`): the login is the browser's, and what comes of it is not a
// cookie there but a code for the app, worth nothing without the verifier that never left it (RFC 8252 §7, RFC 7636).
import type { BffConfig } from '../config.ts'
import type { AppHandoff, Pending } from '../pending.ts'
import { Problem } from '../problems.ts'
import { newSecret } from '../secrets.ts'
import type { Login } from '../sessions.ts'

export interface PendingHandoff {
  readonly login: Login
  readonly challenge: string
}

/** An app comes at once, or it is another one. */
export const handoffSeconds = 60

/** What an app adds to the query of `/auth/login`. */
export interface AppQuery {
  readonly client?: string
  readonly app_redirect?: string
  readonly app_challenge?: string
}

/**
 * What an app asks for; undefined if it is a browser that asks.
 *
 * @throws {Problem} `app_not_allowed`
 */
export function wantedHandoff(
  { client, app_redirect, app_challenge }: AppQuery,
  { handoff, appRedirects }: Pick<BffConfig, 'handoff' | 'appRedirects'>,
): AppHandoff | undefined {
  if (client === undefined && app_redirect === undefined) return undefined
  if (handoff !== 'code') throw appNotAllowed('hand-off codes are off: BFF_HANDOFF=code turns them on')
  if (app_redirect === undefined || !appRedirects.includes(app_redirect))
    throw appNotAllowed(`app_redirect is not one of: ${appRedirects.join(', ')}`)
  if (app_challenge === undefined) throw appNotAllowed('app_challenge is missing: the S256 of a verifier')
  return { redirect: app_redirect, challenge: app_challenge }
}

/** An app's own HTTP client has other cookies than the browser that it will open: so that browser begins. */
export const urlForBrowser = (
  { mode: _, ...query }: AppQuery & { mode?: string },
  loginUrl: string,
): string => `${loginUrl}?${new URLSearchParams(query as Record<string, string>)}`

/** @returns where the browser goes, to hand the app its code */
export async function handOver(
  login: Login,
  { redirect, challenge }: AppHandoff,
  handoffs: Pending<PendingHandoff>,
): Promise<string> {
  const code = newSecret()
  await handoffs.begin(code, { login, challenge })
  return back(redirect, 'handoff', code)
}

/** What went wrong is told to the app, too: the browser that it has opened is of no use to it any more. */
export const tellApp = ({ facts }: Problem, { redirect }: AppHandoff): Problem =>
  new Problem({ ...facts, continueAt: back(redirect, 'error', facts.code) })

function back(redirect: string, name: string, value: string): string {
  const target = new URL(redirect)
  target.searchParams.set(name, value)
  return target.href
}

/** RFC 8252 §8.6, RFC 7636 §4.6: whoever may have caught the code, it is worth nothing without the verifier. */
export const handoffRefused = (reason: string) =>
  new Problem({
    status: 400,
    code: 'handoff_refused',
    title: 'This hand-off cannot be completed',
    message: 'The code is not one of ours, was already used, is older than a minute, or is not yours.',
    reason,
  })

export const appNotAllowed = (reason: string) =>
  new Problem({
    status: 400,
    code: 'app_not_allowed',
    title: 'This app cannot log in here',
    message: 'The app asks for its session in a way, or at a place, that is not agreed.',
    reason,
  })
