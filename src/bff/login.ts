// A login from both its ends: sent away with a promise of what must come back, and taken back only if it does.
// It is taken out of the store before anything else happens, so it counts once, however often and from
// wherever its callback is opened.
import { tellApp } from './apps/handoff.ts'
import type { IdentityProvider } from './identity-provider.ts'
import { loginSeconds, type PendingLogin, pendingIn } from './pending.ts'
import { callbackRefused, loginDeclined, Problem } from './problems.ts'
import type { Login } from './sessions.ts'

const text = { type: 'string' }
const callbackParameters = { state: text, code: text, iss: text, error: text, error_description: text }

/** What a provider may send back. RFC 6749 §4.1.2 */
export const callbackQuery = { type: 'object', properties: callbackParameters }
export type CallbackQuery = { readonly [Name in keyof typeof callbackParameters]?: string }

export interface CompletedLogin {
  readonly login: Login
  readonly pending: PendingLogin
}

export type Logins = ReturnType<typeof loginsWith>

export interface Wish extends Partial<Pick<PendingLogin, 'returnTo' | 'app' | 'replaces'>> {
  readonly callback: URL
  /** Further parameters of the authorization request. */
  readonly hints?: Readonly<Record<string, string>>
}

/** Logins that wait in a store. */
export function loginsWith(waiting: Parameters<typeof pendingIn>[0], provider: IdentityProvider) {
  const pending = pendingIn<PendingLogin>(waiting, loginSeconds)
  const secret = (state: string, binding: string) => `${state} ${binding}`
  return {
    /**
     * @param bind ties the login to whoever begins it, given its `state`: the secret that they must bring back
     * @returns where to send them
     */
    async begin({ callback, hints, ...wish }: Wish, bind: (state: string) => string): Promise<string> {
      const { loginUrl, state, expected } = await provider.startLogin(callback, hints)
      await pending.begin(secret(state, bind(state)), { ...wish, ...expected })
      return loginUrl
    },

    /**
     * @returns undefined if there is no login of this state and this binding
     * @throws {Problem} if the provider declined, or does not prove who logged in
     */
    async complete(query: CallbackQuery, binding: string): Promise<CompletedLogin | undefined> {
      const { state = '', code, error, error_description } = query
      const found = await pending.take(secret(state, binding))
      if (!found) return undefined
      const { app, returnTo = '/' } = found
      try {
        if (error) throw loginDeclined(error, error_description, returnTo)
        if (!code) throw callbackRefused('there is neither a code nor an error in it', returnTo)
        return {
          login: await provider.finishLogin(ofTheProvider(query), state, found, returnTo),
          pending: found,
        }
      } catch (problem) {
        throw app && problem instanceof Problem ? tellApp(problem, app) : problem
      }
    },
  }
}

/** Whatever else stands in the query of a callback is to be ignored. RFC 6749 §4.1.2 */
const ofTheProvider = (query: CallbackQuery) =>
  new URLSearchParams(Object.entries(query).filter(([name]) => Object.hasOwn(callbackParameters, name)))
