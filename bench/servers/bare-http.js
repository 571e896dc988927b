// The least that a token endpoint on Node costs: its HTTP server, a form, two signatures on the main thread, which is the
// cheapest way where there is one core. It knows nobody, checks nothing, and is no framework's.
import { createPrivateKey, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { readKey, ready } from './key.js'

const jwk = readKey()
const key = createPrivateKey({ key: jwk, format: 'jwk' })
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
const header = encode({ kid: jwk.kid, alg: 'RS256' })

const server = createServer(async (request, response) => {
  const url = new URL(request.url, `http://${request.headers.host}`)
  if (url.pathname === '/authorize') {
    const query = new URLSearchParams({ code: 'code', state: url.searchParams.get('state') })
    response.writeHead(302, { location: `${url.searchParams.get('redirect_uri')}?${query}` }).end()
    return
  }
  const answer = url.pathname === '/token' ? tokens(new URLSearchParams(await text(request))) : metadata(url)
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
})

const metadata = ({ origin }) => ({
  issuer: origin,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
})

function tokens(form) {
  const iat = Math.floor(Date.now() / 1000)
  const claims = { sub: 'alice', iat, exp: iat + 3600 }
  return {
    id_token: signed({ ...claims, aud: form.get('code'), token_use: 'id' }),
    access_token: signed({ ...claims, client_id: form.get('code'), token_use: 'access' }),
    refresh_token: 'none',
    expires_in: 3600,
    token_type: 'Bearer',
  }
}

function signed(claims) {
  const signingInput = `${header}.${encode(claims)}`
  return `${signingInput}.${sign('sha256', Buffer.from(signingInput), key).toString('base64url')}`
}

server.listen(0, '127.0.0.1')
await once(server, 'listening')
ready(`http://127.0.0.1:${server.address().port}`)
