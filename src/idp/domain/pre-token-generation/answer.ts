// Reads what a hook answers. An answer of the wrong shape is an error (observed: one without the event's common fields,
// one with claims that are no strings in version 1); what has the right shape and no effect is counted, for the log,
// because Cognito says nothing about it.
import { claimValue } from '../claims.ts'
import type { LambdaVersion } from './event.ts'
import { unrecognizable } from './hook.ts'
import type { ClaimOverrides, GroupOverrides, TokenOverrides } from './overrides.ts'
import { mayOverride, maySuppress, suppressedWith, type TokenUse } from './reserved-claims.ts'
import { claimsAt, isObject, type JsonObject, kindOf, objectAt, stringAt, stringsAt } from './shape.ts'

/** What was asked for in vain. */
interface Futile {
  /** Claims that no hook may touch, as in `sub (ID token)`. */
  readonly reserved: string[]
  /** Keys that the response of this version does not have. */
  readonly unknownKeys: string[]
  /** Scopes that contain a blank, or nothing. */
  readonly blankScopes: string[]
}

export interface Answer extends Readonly<Futile> {
  /** What is to change; `undefined` if nothing is. */
  readonly overrides: TokenOverrides | undefined
}

/** Whose event it is. */
export interface Question {
  readonly version: LambdaVersion
  /** The one `aud` that the access token may be given; nothing if it has another already. */
  readonly audience: string | undefined
}

const commonFields = ['version', 'region', 'userPoolId', 'userName', 'callerContext', 'response']

/**
 * Reads an answer: the event, with its response filled in. The other fields must be there; what is in them does not
 * matter.
 *
 * @throws TriggerFailure InvalidLambdaResponseException
 */
export function readAnswer(answer: unknown, question: Question): Answer {
  if (!isObject(answer))
    throw unrecognizable(`answered ${kindOf(answer)}, expected the event with its response filled in`)
  const missing = commonFields.filter((field) => answer[field] === undefined || answer[field] === null)
  if (missing.length > 0)
    throw unrecognizable(
      `answered without ${missing.join(', ')}, expected the event with its response filled in`,
    )
  return readResponse(answer.response, question)
}

/**
 * Reads the response of an event.
 *
 * @throws TriggerFailure InvalidLambdaResponseException
 */
export function readResponse(response: unknown, question: Question): Answer {
  const futile: Futile = { reserved: [], unknownKeys: [], blankScopes: [] }
  const read = question.version === 'V1_0' ? readVersion1 : readVersion2
  return { overrides: read(objectAt(response, 'response'), question, futile), ...futile }
}

const claimKeys = ['claimsToAddOrOverride', 'claimsToSuppress']
const scopeKeys = ['scopesToAdd', 'scopesToSuppress']
const groupKeys = ['groupsToOverride', 'iamRolesToOverride', 'preferredRole']
const unchanged: ClaimOverrides = { claimsToAddOrOverride: {}, claimsToSuppress: [] }

function readVersion1(response: JsonObject, question: Question, futile: Futile): TokenOverrides | undefined {
  const details = onlyObject(response, 'claimsOverrideDetails', futile)
  if (details === undefined) return undefined
  countUnknown(details, 'claimsOverrideDetails', [...claimKeys, 'groupOverrideDetails'], futile)
  return {
    idToken: readClaims(details, 'id', question, futile),
    accessToken: unchanged,
    scopesToAdd: [],
    scopesToSuppress: [],
    groups: readGroups(details.groupOverrideDetails, futile),
  }
}

function readVersion2(response: JsonObject, question: Question, futile: Futile): TokenOverrides | undefined {
  const details = onlyObject(response, 'claimsAndScopeOverrideDetails', futile)
  if (details === undefined) return undefined
  const parts = ['idTokenGeneration', 'accessTokenGeneration', 'groupOverrideDetails']
  countUnknown(details, 'claimsAndScopeOverrideDetails', parts, futile)
  const idToken = objectAt(details.idTokenGeneration, 'idTokenGeneration')
  countUnknown(idToken, 'idTokenGeneration', claimKeys, futile)
  const accessToken = objectAt(details.accessTokenGeneration, 'accessTokenGeneration')
  countUnknown(accessToken, 'accessTokenGeneration', [...claimKeys, ...scopeKeys], futile)
  return {
    idToken: readClaims(idToken, 'id', question, futile),
    accessToken: readClaims(accessToken, 'access', question, futile),
    scopesToAdd: readScopes(accessToken.scopesToAdd, futile),
    scopesToSuppress: stringsAt(accessToken.scopesToSuppress, 'scopesToSuppress'),
    groups: readGroups(details.groupOverrideDetails, futile),
  }
}

/** The one object that the response may have. */
function onlyObject(response: JsonObject, key: string, futile: Futile): JsonObject | undefined {
  countUnknown(response, 'response', [key], futile)
  const value = response[key]
  return value === undefined || value === null ? undefined : objectAt(value, key)
}

function countUnknown(value: JsonObject, path: string, known: readonly string[], futile: Futile): void {
  futile.unknownKeys.push(
    ...Object.keys(value)
      .filter((key) => !known.includes(key))
      .map((key) => `${path}.${key}`),
  )
}

function readClaims(
  { claimsToAddOrOverride, claimsToSuppress }: JsonObject,
  token: TokenUse,
  { version, audience }: Question,
  futile: Futile,
): ClaimOverrides {
  const claims = claimsAt(claimsToAddOrOverride, 'claimsToAddOrOverride', version)
  const suppressed = stringsAt(claimsToSuppress, 'claimsToSuppress')
  const isAllowed = ([name, value]: [string, unknown]) => mayOverride(name, value, token, audience)
  const inVain = [
    ...claims.filter((claim) => !isAllowed(claim)).map(([name]) => name),
    ...suppressed.filter((name) => !maySuppress(name)),
  ]
  const tokenName = token === 'id' ? 'ID token' : 'access token'
  futile.reserved.push(...[...new Set(inVain)].map((name) => `${name} (${tokenName})`))
  const typed = (name: string, value: unknown) =>
    token === 'id' && typeof value === 'string' ? claimValue(name, value) : value
  return {
    claimsToAddOrOverride: Object.fromEntries(
      claims.filter(isAllowed).map(([name, value]) => [name, typed(name, value)]),
    ),
    claimsToSuppress: suppressed.filter(maySuppress).flatMap(suppressedWith),
  }
}

function readScopes(value: unknown, futile: Futile): string[] {
  const scopes = stringsAt(value, 'scopesToAdd')
  const isScope = (scope: string) => /^\S+$/.test(scope)
  futile.blankScopes.push(...scopes.filter((scope) => !isScope(scope)))
  return scopes.filter(isScope)
}

/** AWS: an empty or null object suppresses the groups. Who does not speak of them leaves them as they are. */
function readGroups(value: unknown, futile: Futile): GroupOverrides | undefined {
  if (value === undefined) return undefined
  const details = objectAt(value, 'groupOverrideDetails')
  countUnknown(details, 'groupOverrideDetails', groupKeys, futile)
  return {
    groups: stringsAt(details.groupsToOverride, 'groupsToOverride'),
    roles: stringsAt(details.iamRolesToOverride, 'iamRolesToOverride'),
    preferredRole: stringAt(details.preferredRole, 'preferredRole'),
  }
}
