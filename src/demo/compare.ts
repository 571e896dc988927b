// GET /demo/compare: the implicit grant beside the code grant, the article's "why code is better" on one page. Both
// are really walked, for whoever is logged in: once for the page to show (POST), and, the implicit one, in the
// visitor's own browser too (GET /demo/compare/implicit). Where a token shows is searched for, not claimed.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import type { RotatingCredentials } from '../bff/credentials.ts'
import type { Bff } from '../bff/parts.ts'
import { demandOurScript } from '../bff/same-origin.ts'
import { newSecret } from '../bff/secrets.ts'
import type { Client } from '../handle/clients.ts'
import type { Pool } from '../handle/pool.ts'
import { packageRoot } from '../package-root.ts'
import { redeem, type Try } from './at-the-mock.ts'

interface Needs extends Pick<Bff, 'urls' | 'visitors'> {
  readonly credentials: RotatingCredentials
  readonly pool: Pick<Pool, 'auth' | 'createClient' | 'domainUrl' | 'requests'>
}

/** A grant as a browser meets it. */
export interface Walk {
  /** Where it is sent. */
  readonly authorizeUrl: string
  /** Where it is sent back to, with all that is in that address. */
  readonly callbackUrl: string
  /** The address at which it comes to rest. */
  readonly landingUrl: string
  /** Out of its sight. */
  readonly backChannel: readonly Try[]
  /** Somebody who has read the address of the callback, and nothing else, tries what it is worth. */
  readonly thief: Try
  /** What is found in each place: the token itself, a code, or neither. */
  readonly places: Readonly<Record<keyof typeof readers, 'token' | 'code' | 'nothing'>>
}

/** Who reads what of it. The part after the # never leaves the browser, so no server logs it. */
const readers = {
  'the address bar and the history': ({ callbackUrl }: Passed) => callbackUrl,
  'scripts of the page, whoever wrote them': ({ landingUrl }: Passed) => landingUrl,
  'the log of the web server': ({ callbackUrl }: Passed) => String(callbackUrl.split('#', 1)),
}
type Passed = Pick<Walk, 'callbackUrl' | 'landingUrl'>

const scope = 'openid email profile'

export async function compare(app: FastifyInstance, { credentials, pool, urls, visitors }: Needs) {
  const page = '/demo/compare'
  const here = () => urls().origin + page

  /** Registered by the first who wants to see it: no client of the pool has this grant unless it must. */
  let spa: Promise<Client> | undefined
  const implicitClient = () => {
    spa ??= pool.createClient({ name: 'demo-implicit', oauthFlows: ['implicit'], callbackUrls: [here()] })
    return spa
  }

  const authorizeUrl = (parameters: Record<string, string>) =>
    `${pool.domainUrl}/oauth2/authorize?${new URLSearchParams({ scope, state: newSecret(), ...parameters })}`

  const implicitUrl = async () =>
    authorizeUrl({ response_type: 'token', client_id: (await implicitClient()).id, redirect_uri: here() })

  async function implicit(user: string): Promise<Walk> {
    const url = await implicitUrl()
    const { callbackUrl } = await pool.auth.follow(url, { user })
    const token = String(new URLSearchParams(new URL(callbackUrl).hash.slice(1)).get('access_token'))
    const passed = { callbackUrl, landingUrl: callbackUrl }
    return {
      authorizeUrl: url,
      ...passed,
      backChannel: [],
      thief: await askWhoIAm(token),
      places: search(passed, { token }),
    }
  }

  async function code(user: string): Promise<Walk> {
    const { clientId: id, clientSecret: secret } = credentials.current()
    const redirect_uri = urls().callback.href
    const code_verifier = newSecret()
    const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
    const url = authorizeUrl({
      response_type: 'code',
      client_id: id,
      redirect_uri,
      code_challenge,
      code_challenge_method: 'S256',
    })
    const { callbackUrl } = await pool.auth.follow(url, { user })
    const code = String(new URL(callbackUrl).searchParams.get('code'))
    const passed = { callbackUrl, landingUrl: here() }
    const thief = await redeem(pool, { id }, { code, redirect_uri })
    const bff = await redeem(pool, { id, secret }, { code, redirect_uri, code_verifier })
    return { authorizeUrl: url, ...passed, backChannel: [bff], thief, places: search(passed, { code }) }
  }

  async function askWhoIAm(token: string): Promise<Try> {
    const answer = await fetch(`${pool.domainUrl}/oauth2/userInfo`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const claims = (await answer.json()) as Try['answer']
    return { request: 'GET /oauth2/userInfo', status: answer.status, answer: claims }
  }

  app.get(`${page}/implicit`, async (_request, reply) => reply.redirect(await implicitUrl()))

  app.post(page, async (request, reply) => {
    demandOurScript(request, urls())
    const { user } = await visitors.required(request, reply)
    return { implicit: await implicit(user.username), code: await code(user.username) }
  })

  for (const [path, file, type] of files) {
    const content = readFileSync(new URL(`views/demo/${file}`, packageRoot), 'utf8')
    app.get(page + path, async (_request, reply) => reply.type(`${type}; charset=utf-8`).send(content))
  }
}

const files = [
  ['', 'compare.html', 'text/html'],
  ['.js', 'compare.js', 'text/javascript'],
  ['.css', 'compare.css', 'text/css'],
] as const

function search(passed: Passed, { token, code }: { token?: string; code?: string }): Walk['places'] {
  const found = Object.entries(readers).map(([place, read]) => {
    const text = read(passed)
    if (token !== undefined && text.includes(token)) return [place, 'token']
    return [place, code !== undefined && text.includes(code) ? 'code' : 'nothing']
  })
  return Object.fromEntries(found)
}
