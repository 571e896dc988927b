// Tokens that are good for another minute at least. However many requests ask at once, in however many
// processes, one of them asks the provider: here they share a promise, elsewhere a mark in the store says that
// somebody is at it. With rotation a second request would end the login (RFC 9700 §4.14.2).
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from './clock.ts'
import { type IdentityProvider, RefreshRefused } from './identity-provider.ts'
import { Problem, providerBusy } from './problems.ts'
import type { Fingerprint } from './secrets.ts'
import type { Session, Sessions } from './sessions.ts'
import { learn } from './user.ts'

export type Refresher = ReturnType<typeof refresher>

/**
 * Longer than a token request may take, with the look-ups before and after it; who has not come back by then never will.
 */
const underWayMilliseconds = 20_000
const lookMilliseconds = 50
const mostLooks = (2 * underWayMilliseconds) / lookMilliseconds
const restMilliseconds = 5_000
const longestRestMilliseconds = 600_000
/** An API that refuses good tokens costs no more than one refresh in this time. */
const believedMilliseconds = 60_000

interface Needs {
  readonly sessions: Sessions
  readonly provider: Pick<IdentityProvider, 'refresh' | 'revoke' | 'userNow'>
  readonly clock: Clock
  readonly log: Pick<FastifyBaseLogger, 'error'>
  /** How often userInfo is asked whether the provider still knows this person; default, and 0: never. */
  readonly userInfoEverySeconds?: number
  /** How to wait for somebody else's refresh; default: in real time. */
  readonly pause?: (milliseconds: number) => Promise<unknown>
}

/**
 * The one place that refreshes.
 *
 * @example
 * const session = await refresher({ sessions, provider, clock, log: app.log }).fresh(id)
 * session?.tokens.accessToken // good for another minute
 */
export function refresher(needs: Needs) {
  const { sessions, provider, clock, log, userInfoEverySeconds = 0, pause = delay } = needs
  const underWay = new Map<string, Promise<Session | undefined>>()
  const now = () => clock.now().getTime()

  function isGood({ tokens }: Session, refused: string | undefined): boolean {
    // A token that cannot be refreshed is used to its end, at which its session ends too.
    if (tokens.refreshToken === undefined) return true
    return tokens.accessToken !== refused && now() < tokens.refreshAt
  }

  const isTaken = ({ refresh }: Session) =>
    refresh !== null && refresh.state !== 'tried' && now() < refresh.until

  const isToBeAskedAbout = ({ askedAt }: Session) =>
    userInfoEverySeconds > 0 && now() >= askedAt + userInfoEverySeconds * 1000

  /** Between two refreshes. Only a clear no ends the session: trouble of the provider's own says nothing of a person. */
  async function askAbout(session: Session): Promise<Session | undefined> {
    const said = await provider.userNow(session).catch(() => 'nothing' as const)
    if (said)
      return sessions.change(session.id, (current) => ({
        ...(said !== 'nothing' && learn(current, 'userInfo', said)),
        askedAt: now(),
      }))
    await sessions.end(session.id, 'revoked')
    return undefined
  }

  /** Takes the mark, unless somebody has it, or has tokens already: then it waits for those. */
  async function refreshOnce(id: Fingerprint, refused: string | undefined): Promise<Session | undefined> {
    for (let looks = 0; looks < mostLooks; looks++) {
      let ours = false
      const session = await sessions.change(id, (current) => {
        ours = !isGood(current, refused) && !isTaken(current)
        return ours ? { refresh: { state: 'under-way', until: now() + underWayMilliseconds } } : undefined
      })
      if (!session || isGood(session, refused)) return session
      if (ours) return askProvider(session, refused)
      if (session.refresh?.state === 'postponed') return makeDo(session, leftAlone(session.refresh))
      await pause(lookMilliseconds)
    }
    throw providerBusy(restMilliseconds / 1000)
  }

  async function askProvider(before: Session, refused: string | undefined): Promise<Session | undefined> {
    const { id, tokens } = before
    try {
      const { tokens: renewed, idToken } = await provider.refresh(before)
      const tried = { state: 'tried', until: now() + believedMilliseconds } as const
      const refresh = tokens.accessToken === refused ? tried : null
      const after = await sessions.change(id, (current) => ({
        ...(idToken && learn(current, 'idToken', idToken)),
        tokens: renewed,
        askedAt: now(),
        refresh,
      }))
      // Logged out meanwhile: what came too late must not live on.
      if (!after) await provider.revoke({ ...before, tokens: renewed })
      return after
    } catch (error) {
      if (!(error instanceof RefreshRefused)) return postpone(before, error)
      const current = await sessions.find(id)
      if (current && current.tokens.accessToken !== tokens.accessToken) return current
      await sessions.end(id, 'revoked')
      return undefined
    }
  }

  /** A provider in trouble is left alone for as long as it asks, and not by everybody for the same while. */
  async function postpone({ id }: Session, error: unknown): Promise<Session | undefined> {
    const asked = error instanceof Problem ? (error.facts.retryAfterSeconds ?? 0) * 1000 : 0
    const rest = Math.min(Math.max(asked, restMilliseconds), longestRestMilliseconds)
    const until = now() + rest * (1 + Math.random())
    log.error(
      { reason: (error as Error).message },
      'tokens could not be refreshed, and will not be for a while',
    )
    const after = await sessions.change(id, () => ({ refresh: { state: 'postponed', until } }))
    return after && makeDo(after, error)
  }

  const leftAlone = ({ until }: { readonly until: number }) => providerBusy(Math.ceil((until - now()) / 1000))

  /** @throws the error, if the token is over */
  function makeDo(session: Session, error: unknown): Session {
    if (now() >= session.tokens.accessExpiresAt) throw error
    return session
  }

  /**
   * The session, with an access token that is good for another minute.
   *
   * @param refused an access token that will not do although it looks good
   * @returns undefined if there is no session, or none any more: the provider refused to go on with it
   * @throws {Problem} `identity_provider_unavailable` if the token is over and the provider is not there;
   *   `identity_provider_busy` if it is left alone, and there is no other token than the refused one
   */
  async function fresh(id: Fingerprint, refused?: string): Promise<Session | undefined> {
    const session = await sessions.find(id)
    if (!session) return undefined
    const good = isGood(session, refused)
    if (good && !isToBeAskedAbout(session)) return session
    // Whoever waits for new tokens must not be content with an answer about the person.
    const [key, begin] = good ? [`about ${id}`, askAbout] : [id, () => refreshOnce(id, refused)]
    const begun = underWay.get(key) ?? begin(session).finally(() => underWay.delete(key))
    underWay.set(key, begun)
    const after = await begun
    if (!good && after?.refresh?.state === 'postponed' && after.tokens.accessToken === refused)
      throw leftAlone(after.refresh)
    return after
  }

  /**
   * The session with another token than the one that the API did not take, unless that was tried a moment ago: then the
   * API's word is taken for it.
   */
  async function another(id: Fingerprint, refused: string): Promise<Session | undefined> {
    const session = await sessions.find(id)
    const isTried = session?.refresh?.state === 'tried' && now() < session.refresh.until
    return isTried ? session : fresh(id, refused)
  }

  return { fresh, another }
}
