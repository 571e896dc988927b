// A browser without a screen, for tests that walk a login over real sockets: fetch, a cookie jar for each host
// name, and forms read from the HTML. It follows no redirect that it was not told to follow, and runs no script.

/** Someone who can sign in, as the form asks for them. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

/** Two people of the demo world: an administrator, and one in no group. */
export const alice: Credentials = { username: 'alice', password: 'Passw0rd!' }
export const bob: Credentials = { username: 'bob', password: 'Passw0rd!' }

/** An answer, read to its end. */
export interface Page {
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly body: string
  /** Where a redirect leads. */
  readonly location?: URL
  /** The body as JSON. @throws SyntaxError if it is something else */
  json(): Record<string, unknown>
}

/** A form of a page, with whatever its fields hold already. */
export interface Form {
  readonly action: URL
  readonly fields: Readonly<Record<string, string>>
}

export interface Browser {
  get(url: string | URL, headers?: Record<string, string>): Promise<Page>
  /** Posts a form. */
  post(
    url: string | URL,
    fields: Readonly<Record<string, string>>,
    headers?: Record<string, string>,
  ): Promise<Page>
  /** Goes where redirects lead: to a page, or to the first redirect whose target `staysOutside` names. */
  follow(url: string | URL, staysOutside?: (target: URL) => boolean): Promise<Page>
  /** Fills in the first form of a page and posts it. */
  submit(page: Page, filledIn: Readonly<Record<string, string>>): Promise<Page>
  /**
   * Opens an authorize URL (or an app's own login URL), signs in on the page that it leads to, and returns the
   * callback URL. The callback is not opened.
   *
   * @throws if there is no sign-in page (an SSO session, a refusal), or if it does not let the person in
   * @example
   * const browser = createBrowser()
   * const callback = await browser.signIn(authorizeUrl, alice)
   * callback.searchParams.get('code')
   */
  signIn(authorizeUrl: string | URL, person: Credentials): Promise<URL>
  /** The value of a cookie that would be sent to this URL. */
  cookie(url: string | URL, name: string): string | undefined
}

/** The part of `fetch` that the browser needs. */
export type Fetch = (url: URL, request: RequestInit) => Promise<Response>

interface Cookie {
  readonly name: string
  readonly value: string
  readonly host: string
  readonly path: string
}

/** A browser with empty jars. @param ask how it fetches: over TLS, it has to know whom to trust */
export function createBrowser(ask: Fetch = fetch): Browser {
  // As in a real browser a jar belongs to a host name, whatever the port; and loopback is trusted with `Secure`.
  const jar = new Map<string, Cookie>()

  const cookiesFor = ({ hostname, pathname }: URL) =>
    [...jar.values()].filter(({ host, path }) => host === hostname && isBelow(pathname, path))

  function keep(setCookie: string, url: URL): void {
    const { cookie, isOver } = readCookie(setCookie, url)
    const key = [cookie.host, cookie.path, cookie.name].join(' ')
    if (isOver) jar.delete(key)
    else jar.set(key, cookie)
  }

  async function send(address: string | URL, request: RequestInit): Promise<Page> {
    const url = new URL(address)
    const headers = new Headers({ accept: 'text/html,application/xhtml+xml,*/*;q=0.8' })
    const cookies = cookiesFor(url).map(({ name, value }) => `${name}=${value}`)
    if (cookies.length > 0) headers.set('cookie', cookies.join('; '))
    new Headers(request.headers).forEach((value, name) => {
      headers.set(name, value)
    })
    const answer = await ask(url, { ...request, headers, redirect: 'manual' })
    for (const setCookie of answer.headers.getSetCookie()) keep(setCookie, url)
    const body = await answer.text()
    const location = answer.headers.get('location')
    return {
      url,
      status: answer.status,
      headers: answer.headers,
      body,
      ...(location !== null && { location: new URL(location, url) }),
      json: () => JSON.parse(body),
    }
  }

  const browser: Browser = {
    get: (url, headers = {}) => send(url, { headers }),
    post: (url, fields, headers = {}) =>
      send(url, { method: 'POST', body: new URLSearchParams(fields), headers }),

    async follow(url, staysOutside = () => false) {
      let page = await browser.get(url)
      for (let hops = 0; page.location !== undefined && !staysOutside(page.location); hops++) {
        if (hops === 10) throw new Error(`${url} redirects for ever, at last to ${page.location}`)
        page = await browser.get(page.location)
      }
      return page
    },

    submit(page, filledIn) {
      const { action, fields } = readForm(page)
      return browser.post(action, { ...fields, ...filledIn })
    },

    async signIn(authorizeUrl, { username, password }) {
      const page = await browser.follow(authorizeUrl, isCallback)
      if (page.location !== undefined)
        throw new Error(`expected a sign-in page, but the browser was sent to ${page.location}`)
      const answer = await browser.submit(page, { username, password })
      if (answer.location === undefined)
        throw new Error(`${username} is not let in: ${answer.status}, ${problemOn(answer)}`)
      return answer.location
    },

    cookie: (url, name) => cookiesFor(new URL(url)).find((cookie) => cookie.name === name)?.value,
  }
  return browser
}

/**
 * Reads the first form of a page. The classic page has two copies of it; they say the same.
 *
 * @throws if there is none
 */
export function readForm({ url, status, body }: Page): Form {
  const [, start, content] = /<form\b([^>]*)>(.*?)<\/form>/is.exec(body) ?? []
  if (start === undefined || content === undefined)
    throw new Error(`there is no form at ${url}: ${status}, ${textOf(body)}`)
  const fields: Record<string, string> = {}
  for (const [input] of content.matchAll(/<input\b[^>]*>/gi)) {
    const name = attribute(input, 'name')
    if (name !== undefined) fields[name] = attribute(input, 'value') ?? ''
  }
  return { action: new URL(attribute(start, 'action') ?? '', url), fields }
}

/** An answer of an authorization endpoint: RFC 6749 §4.1.2. */
const isCallback = ({ searchParams }: URL): boolean => searchParams.has('code') || searchParams.has('error')

const problemOn = ({ body }: Page): string =>
  textOf(/<[^>]+ id="loginErrorMessage"[^>]*>(.*?)</s.exec(body)?.[1] ?? body)

/** RFC 6265 §5.2, as far as it matters on loopback. */
function readCookie(setCookie: string, { hostname, pathname }: URL): { cookie: Cookie; isOver: boolean } {
  const [pair = '', ...attributes] = setCookie.split(/; */)
  const equals = pair.indexOf('=')
  const named = new Map(
    attributes.map((each) => {
      const [name = '', value = ''] = each.split('=', 2)
      return [name.toLowerCase(), value]
    }),
  )
  const maxAge = named.get('max-age')
  const expires = named.get('expires')
  return {
    cookie: {
      name: pair.slice(0, equals),
      value: pair.slice(equals + 1),
      host: hostname,
      path: named.get('path') || pathname.slice(0, Math.max(1, pathname.lastIndexOf('/'))),
    },
    isOver: maxAge !== undefined ? Number(maxAge) <= 0 : Date.parse(expires ?? '') <= Date.now(),
  }
}

/** RFC 6265 §5.1.4. */
const isBelow = (pathname: string, path: string): boolean =>
  pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`)

const attribute = (tag: string, name: string): string | undefined => {
  const [, value] = new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(tag) ?? []
  return value === undefined ? undefined : unescapeHtml(value)
}

const characters: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' }

const unescapeHtml = (html: string): string =>
  html.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) =>
    name !== undefined
      ? (characters[name] ?? whole)
      : String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
  )

/** What a person would read, in one short line. */
const textOf = (html: string): string =>
  unescapeHtml(html.replace(/<(style|script)\b.*?<\/\1>|<[^>]*>/gis, ' '))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200)
