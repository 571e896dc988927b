// Somebody who walks through the hosted pages: fills in the form that is shown, goes where it leads, and says where that is.
import type { Mocknito } from '../../src/index.ts'
import { type Browser, createBrowser, type Page } from './browser.ts'
import { authorizeUrl } from './oauth.ts'

const isCallback = ({ searchParams }: URL): boolean => searchParams.has('code') || searchParams.has('error')

export interface Walker {
  readonly browser: Browser
  /** The page that is shown, or the redirect to the app. */
  readonly page: Page
  /** Where that is: a path, or `the app`. */
  readonly place: string
  /** What the page says of the last attempt. */
  readonly problem: string | undefined
  /** Fills in the first form and goes where it leads. */
  submit(fields: Readonly<Record<string, string>>): Promise<Walker>
  /** Posts the fields, with the CSRF pair, to another path with the same query. */
  post(path: string, fields?: Readonly<Record<string, string>>): Promise<Walker>
  /** Opens another path with the same query. */
  open(path: string): Promise<Walker>
}

/** Somebody at the sign-in page, or at another page with the same query. */
export async function visit(
  mock: Mocknito,
  overrides: Readonly<Record<string, string | undefined>> = {},
  path?: string,
): Promise<Walker> {
  const browser = createBrowser()
  const url = authorizeUrl(mock, overrides)
  const start = await browser.follow(url)
  const walker = walkerAt(browser, start, new URL(url).search)
  return path === undefined ? walker : walker.open(path)
}

function walkerAt(browser: Browser, page: Page, search: string): Walker {
  const land = async (answer: Page): Promise<Walker> => {
    const { location } = answer
    if (location === undefined || isCallback(location)) return walkerAt(browser, answer, search)
    return walkerAt(browser, await browser.follow(location, isCallback), search)
  }
  const [, problem] = /<p[^>]* role="alert">([^<]*)</.exec(page.body) ?? []
  const { origin } = page.url
  return {
    browser,
    page,
    place: page.location === undefined ? page.url.pathname : 'the app',
    problem: problem?.replaceAll('&#x27;', "'").replaceAll('&#x3D;', '='),
    submit: async (fields) => land(await browser.submit(page, fields)),
    post: async (path, fields = {}) => {
      const csrf = browser.cookie(origin, 'XSRF-TOKEN') as string
      return land(await browser.post(`${origin}${path}${search}`, { _csrf: csrf, ...fields }))
    },
    open: async (path) => land(await browser.get(`${origin}${path}${search}`)),
  }
}
