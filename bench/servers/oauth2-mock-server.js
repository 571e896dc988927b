// oauth2-mock-server as its README starts it, with a given key instead of a new one.
import { OAuth2Server } from 'oauth2-mock-server'
import { readKey, ready } from './key.js'

const server = new OAuth2Server()
await server.issuer.keys.add(readKey())
await server.start(0, '127.0.0.1')
server.issuer.url = `http://127.0.0.1:${server.address().port}`
ready(server.issuer.url)
