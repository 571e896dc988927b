// oidc-provider with the same client, user and key as mocknito, and a refresh token in each answer. As it comes, it shows its
// own development pages, sign-in and consent. `--lean` is the least that a login needs: one small page, no consent.
// `--jwt-access-token` has it sign the access token too. Its own memory store forgets all but the last
// thousand records, which would lose codes before they are exchanged; so it gets a Map.
import { createServer } from 'node:http'
import Provider from 'oidc-provider'
import { client, password, username } from '../world.js'
import { readKey, ready } from './key.js'

const resource = 'urn:orders'
const lean = process.argv.includes('--lean')
const jwtAccessToken = process.argv.includes('--jwt-access-token')

/** Models in a Map; the benchmark ends long before anything expires. */
class MapAdapter {
  static #records = new Map()
  static #idsByUid = new Map()
  static #keysByGrant = new Map()
  #model

  constructor(model) {
    this.#model = model
  }

  #key(id) {
    return `${this.#model}:${id}`
  }

  async upsert(id, payload) {
    const { uid, grantId } = payload
    if (uid !== undefined && this.#model === 'Session') MapAdapter.#idsByUid.set(uid, id)
    if (grantId !== undefined && this.#model !== 'Session' && this.#model !== 'Interaction') {
      const keys = MapAdapter.#keysByGrant.get(grantId) ?? new Set()
      MapAdapter.#keysByGrant.set(grantId, keys.add(this.#key(id)))
    }
    MapAdapter.#records.set(this.#key(id), payload)
  }

  async find(id) {
    return MapAdapter.#records.get(this.#key(id))
  }

  async findByUid(uid) {
    return this.find(MapAdapter.#idsByUid.get(uid))
  }

  async consume(id) {
    MapAdapter.#records.get(this.#key(id)).consumed = Math.floor(Date.now() / 1000)
  }

  async destroy(id) {
    MapAdapter.#records.delete(this.#key(id))
  }

  async revokeByGrantId(grantId) {
    for (const key of MapAdapter.#keysByGrant.get(grantId) ?? []) MapAdapter.#records.delete(key)
    MapAdapter.#keysByGrant.delete(grantId)
  }
}

const configuration = {
  adapter: MapAdapter,
  jwks: { keys: [{ ...readKey(), use: 'sig', alg: 'RS256' }] },
  cookies: { keys: ['a key of the benchmark'] },
  clients: [
    {
      client_id: client.id,
      client_secret: client.secret,
      redirect_uris: [client.redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  conformIdTokenClaims: false,
  findAccount: (_, accountId) => ({
    accountId,
    claims: () => ({ sub: accountId, email: 'alice@example.com', email_verified: true }),
  }),
  issueRefreshToken: () => true,
  ...(lean && { interactions: { url: (_, { uid }) => `/interaction/${uid}` }, loadExistingGrant: grantAll }),
  features: {
    devInteractions: { enabled: !lean },
    ...(jwtAccessToken && {
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    }),
  },
}

/** Nobody is asked for consent. */
async function grantAll({ oidc: { client, provider, session } }) {
  const known = session.grantIdFor(client.clientId)
  if (known !== undefined) return provider.Grant.find(known)
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope('openid email')
  await grant.save()
  return grant
}

const server = createServer()
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const issuer = `http://127.0.0.1:${server.address().port}`
const provider = new Provider(issuer, configuration)
const answer = provider.callback()

server.on('request', (request, response) => {
  if (!lean || !request.url.startsWith('/interaction/')) return answer(request, response)
  const interact = request.method === 'POST' ? signIn : showForm
  return interact(request, response).catch((error) => response.writeHead(500).end(error.stack))
})

async function showForm(request, response) {
  const { uid } = await provider.interactionDetails(request, response)
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!DOCTYPE html>
<title>Sign in</title>
<form action="/interaction/${uid}" method="post">
  <input name="username" required> <input name="password" type="password" required> <button>Sign in</button>
</form>`)
}

async function signIn(request, response) {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  const fields = new URLSearchParams(body)
  if (fields.get('username') !== username || fields.get('password') !== password)
    return response.writeHead(401).end()
  await provider.interactionFinished(request, response, { login: { accountId: username } })
}

ready(issuer)
