// What is compared, one row each. A server prints one line of JSON when it is ready: its `url` and its `issuer`.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const versionOf = (name) => createRequire(import.meta.url)(`./node_modules/${name}/package.json`).version

/**
 * @typedef {object} Contender
 * @property {string} id
 * @property {string} name in the table
 * @property {readonly string[]} words arguments of `node`
 * @property {boolean} startsCold whether cold start and memory are measured
 * @property {boolean} logsIn whether it can do a full login
 * @property {boolean} exchanges whether it exchanges codes
 * @property {string} [remark] below the table
 */

/** @returns {Contender[]} */
export const contenders = () => [
  {
    id: 'mocknito',
    name: 'mocknito',
    words: [here('../dist/cli.js'), '--port', '0', '--json', '--quiet'],
    startsCold: true,
    logsIn: true,
    exchanges: true,
  },
  {
    id: 'bareFastify',
    name: 'bare Fastify app',
    words: [here('servers/bare-fastify.js')],
    startsCold: true,
    logsIn: false,
    exchanges: true,
    remark: 'Fastify, formbody, cookie, jose. Its token endpoint signs two tokens for whatever code comes.',
  },
  {
    id: 'bareHttp',
    name: 'bare HTTP server of Node',
    words: [here('servers/bare-http.js')],
    startsCold: false,
    logsIn: false,
    exchanges: true,
    remark: 'no framework, no library, two signatures on the main thread: what one core can reach.',
  },
  {
    id: 'oauth2MockServer',
    name: `oauth2-mock-server ${versionOf('oauth2-mock-server')}`,
    words: [here('servers/oauth2-mock-server.js')],
    startsCold: true,
    logsIn: true,
    exchanges: true,
    remark: 'shows no page and checks no secret: its login is two requests.',
  },
  {
    id: 'oidcProvider',
    name: `oidc-provider ${versionOf('oidc-provider')}`,
    words: [here('servers/oidc-provider.js')],
    startsCold: true,
    logsIn: true,
    exchanges: true,
    remark:
      'as it comes: its development pages for sign-in and consent, opaque access token (one signature).',
  },
  {
    id: 'oidcProviderLean',
    name: 'the same, lean',
    words: [here('servers/oidc-provider.js'), '--lean'],
    startsCold: false,
    logsIn: true,
    exchanges: true,
    remark:
      'one small page of our own, no consent, opaque access token: one signature, where mocknito makes two.',
  },
  {
    id: 'oidcProviderJwt',
    name: 'the same, lean, JWT access token',
    words: [here('servers/oidc-provider.js'), '--lean', '--jwt-access-token'],
    startsCold: false,
    logsIn: true,
    exchanges: true,
    remark: 'two signatures, like mocknito.',
  },
]
