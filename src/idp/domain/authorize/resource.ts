// RFC 8707, as AWS has it: one value, which becomes `aud` of the access token.
import { demand, type Trail } from '../trail.ts'
import { given, type Proven, toCallback } from './request.ts'

/** https, http on localhost, or a scheme of one's own. */
const bindable = /^(?:https:\/\/|http:\/\/localhost(?=[:/]|$)|(?!https?:)[a-z][a-z0-9+.-]*:\/\/)\S*$/i

export function resource(proven: Proven, trail: Trail): void {
  const asked = given(proven.parameters, 'resource')
  if (asked === undefined) return
  demand(trail, 'authorize.resource', bindable.test(asked), () => {
    const reason = `resource is ${asked}, expected https://…, http://localhost… or a custom scheme`
    return toCallback(proven, 'invalid_request', undefined, reason)
  })
}
