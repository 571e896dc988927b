// What a BFF is told out of the browser's sight, for tests that ask where it went.
import type { Test } from 'tap'

/** The tokens of every answer of the token endpoint to the BFF, which runs in this process and asks by fetch. */
export function overhear(t: Test): string[] {
  const issued: string[] = []
  const realFetch = globalThis.fetch
  globalThis.fetch = async (...request) => {
    const answer = await realFetch(...request)
    if (answer.url.endsWith('/oauth2/token')) {
      const { id_token, access_token, refresh_token } = (await answer.clone().json()) as Record<
        string,
        string
      >
      issued.push(id_token as string, access_token as string, refresh_token as string)
    }
    return answer
  }
  t.teardown(() => {
    globalThis.fetch = realFetch
  })
  return issued
}
