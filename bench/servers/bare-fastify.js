// The least that a login server of this make costs: Fastify with formbody and cookie, and jose, as their documentation
// shows them. It knows nobody and checks nothing.
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import Fastify from 'fastify'
import { importJWK, SignJWT } from 'jose'
import { readKey, ready } from './key.js'

const jwk = readKey()
const key = await importJWK(jwk, 'RS256')
const app = Fastify()
await app.register(cookie)
await app.register(formbody)

app.get('/.well-known/openid-configuration', async (request) => {
  const issuer = `http://${request.headers.host}`
  return { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` }
})

// The benchmark asks for codes; there is nothing to sign in to.
app.get('/authorize', async ({ query }, reply) =>
  reply.redirect(`${query.redirect_uri}?${new URLSearchParams({ code: 'code', state: query.state })}`),
)

app.post('/token', async ({ body }) => ({
  id_token: await sign({ sub: 'alice', aud: body.code, token_use: 'id' }),
  access_token: await sign({ sub: 'alice', client_id: body.code, token_use: 'access' }),
  refresh_token: 'none',
  expires_in: 3600,
  token_type: 'Bearer',
}))

function sign(claims) {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: jwk.kid })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(key)
}

ready(await app.listen({ host: '127.0.0.1', port: 0 }))
