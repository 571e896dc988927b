// The schema of a pool (AWS: SchemaAttributes): which attributes people must have, which they may write, and
// what their values look like.
import type { Client } from './client.ts'
import type { UserPool } from './user-pool.ts'
import { invalidParameter, type UserPoolException } from './user-pool-exception.ts'

export interface AttributeDefinition {
  /** As in the user's attributes: `email`, `custom:tenant`. */
  readonly name: string
  readonly type: 'String' | 'Number' | 'Boolean' | 'DateTime'
  readonly required: boolean
  /** `false`: whoever has it keeps it. */
  readonly mutable?: boolean
  /** Characters of a text; absent: AWS's own bounds. */
  readonly minLength?: number
  readonly maxLength?: number
  /** Of a number. */
  readonly minValue?: number
  readonly maxValue?: number
}

export type Attributes = Readonly<Record<string, string>>

/** Cognito's own bound for whatever has none. */
const mostCharacters = 2048

export const isEmail = (text: string): boolean =>
  text.length <= mostCharacters && /^[^\s@]+@[^\s@]+$/.test(text)
/** E.164. */
export const isPhoneNumber = (text: string): boolean => /^\+[1-9]\d{6,14}$/.test(text)

/** Attributes that people have to give. Everybody has a `sub`, and nobody is asked for it: Cognito makes it up. */
export const requiredAttributes = ({ schema }: Pick<UserPool, 'schema'>): AttributeDefinition[] =>
  schema.filter(({ name, required }) => required && name !== 'sub')

/** DOC: what Cognito says of a user, and no client can be permitted to. */
const saidByCognito: readonly string[] = ['sub', 'identities', 'email_verified', 'phone_number_verified']

/** Whether the client may set the attribute (AWS: attribute write permissions). */
const canWrite = ({ writeAttributes }: Pick<Client, 'writeAttributes'>, name: string): boolean =>
  !saidByCognito.includes(name) && (writeAttributes === undefined || writeAttributes.includes(name))

/**
 * What the sign-up page asks for: required attributes, and the custom ones that the client names among those it
 * writes. What is the username already is not asked twice.
 */
export function askedAtSignUp(
  pool: Pick<UserPool, 'schema' | 'signInOptions'>,
  client: Pick<Client, 'writeAttributes'>,
): AttributeDefinition[] {
  const { usernameAttributes } = pool.signInOptions
  const [only] = usernameAttributes.length === 1 ? usernameAttributes : []
  const required = requiredAttributes(pool)
  return pool.schema.filter(
    (attribute) =>
      attribute.name !== only &&
      (required.includes(attribute) ||
        (/^(?:dev:)?custom:/.test(attribute.name) && client.writeAttributes?.includes(attribute.name))),
  )
}

/**
 * What is wrong with attributes that a client wants to give a user; nothing if they are fine.
 *
 * @param required names of those that must be among them
 */
export function attributeProblem(
  pool: Pick<UserPool, 'schema'>,
  client: Pick<Client, 'writeAttributes'>,
  attributes: Attributes,
  required: readonly string[] = requiredAttributes(pool).map(({ name }) => name),
): UserPoolException | undefined {
  const forbidden = Object.keys(attributes).find((name) => !canWrite(client, name))
  if (forbidden !== undefined)
    return invalidParameter(
      'A client attempted to write unauthorized attribute',
      `may not write ${forbidden}`,
    )
  return valuesProblem(pool, attributes, required)
}

/** The same of attributes that somebody gives a user who may give all of them: an identity provider. */
export function valuesProblem(
  pool: Pick<UserPool, 'schema'>,
  attributes: Attributes,
  required: readonly string[] = [],
): UserPoolException | undefined {
  if (attributes.email !== undefined && !isEmail(attributes.email))
    return invalidParameter('Invalid email address format.')
  if (attributes.phone_number !== undefined && !isPhoneNumber(attributes.phone_number))
    return invalidParameter('Invalid phone number format.')
  const complaints = [
    ...required.filter((name) => !attributes[name]).map((name) => `${name}: The attribute is required`),
    ...Object.entries(attributes).flatMap(([name, value]) => valueProblem(pool, name, value)),
  ]
  if (complaints.length === 0) return undefined
  return invalidParameter(`Attributes did not conform to the schema: ${complaints.join('\n')}\n`)
}

function valueProblem({ schema }: Pick<UserPool, 'schema'>, name: string, value: string): string[] {
  const definition = schema.find((attribute) => attribute.name === name)
  if (definition === undefined) return [`Type for attribute {${name}} could not be determined`]
  const { type, minLength = 0, maxLength = mostCharacters, ...range } = definition
  if (type === 'Number') {
    const { minValue = Number.NEGATIVE_INFINITY, maxValue = Number.POSITIVE_INFINITY } = range
    const number = value.trim() === '' ? Number.NaN : Number(value)
    return number >= minValue && number <= maxValue ? [] : [`${name}: The value is not an allowed number`]
  }
  if (type === 'Boolean') return /^(?:true|false)$/.test(value) ? [] : [`${name}: The value is not a boolean`]
  if (value.length > maxLength) return [`${name}: String must be no longer than ${maxLength} characters`]
  return value.length < minLength ? [`${name}: String must be no shorter than ${minLength} characters`] : []
}
