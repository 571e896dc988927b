// As much of oidc-provider as the test next to this file uses.
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http'

  interface Configuration {
    readonly findAccount: (
      context: unknown,
      sub: string,
    ) => Promise<{ readonly accountId: string; claims(): Promise<object> }>
    readonly [name: string]: unknown
  }

  export default class Provider {
    constructor(issuer: string, configuration: Configuration)
    callback(): RequestListener
  }
}
