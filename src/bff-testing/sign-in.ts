// Somebody who signs in at the hosted page without a browser: cookies, redirects and the one form, as a person
// would meet them.

export interface Person {
  readonly username: string
  readonly password: string
}

const mostHops = 10

/**
 * Opens an authorize URL, signs in, and returns the callback URL, which is not opened.
 *
 * @throws if the page does not let the person in
 * @example
 * await signIn(loginUrl, { username: 'alice', password: 'Passw0rd!' }) // http://localhost:…/auth/callback?code=…
 */
export async function signIn(authorizeUrl: string, person: Person): Promise<URL> {
  const jar = new Map<string, string>()

  async function send(url: URL, form?: URLSearchParams): Promise<Response> {
    const cookie = [...jar.values()].join('; ')
    const request = {
      redirect: 'manual',
      headers: { cookie },
      ...(form && { method: 'POST', body: form }),
    } as const
    const answer = await fetch(url, request)
    for (const each of answer.headers.getSetCookie()) {
      const [pair = ''] = each.split(';', 1)
      const [name = ''] = pair.split('=', 1)
      jar.set(name, pair)
    }
    return answer
  }

  let url = new URL(authorizeUrl)
  for (let hops = 0; hops < mostHops; hops++) {
    const answer = await send(url)
    const next = answer.headers.get('location')
    if (next === null) {
      const csrf = /name="_csrf" value="([^"]*)"/.exec(await answer.text())?.[1]
      if (csrf === undefined) break
      const entered = await send(url, new URLSearchParams({ _csrf: csrf, ...person }))
      const target = entered.headers.get('location')
      if (target === null)
        throw new Error(`${person.username} is not let in: ${entered.status} at ${url.origin}`)
      return new URL(target, url)
    }
    url = new URL(next, url)
    if (url.searchParams.has('error')) break
  }
  throw new Error(`no sign-in page, but ${url}`)
}
