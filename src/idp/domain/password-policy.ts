// The pool's password policy (AWS: PasswordPolicyType). The API names the first rule that a password breaks;
// the pages tick all of them off while somebody types.
import { invalidPassword, type UserPoolException } from './user-pool-exception.ts'

export interface PasswordPolicy {
  readonly minimumLength: number
  readonly requireLowercase: boolean
  readonly requireUppercase: boolean
  readonly requireNumbers: boolean
  readonly requireSymbols: boolean
  /** How long a password that an administrator gave lets somebody in. */
  readonly temporaryPasswordSeconds: number
}

/** AWS's symbols; a blank counts when it is neither first nor last. */
const symbol = /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]|(?<=.) (?=.)/

/** DOC: a password has at most 256 characters. */
const mostCharacters = 256

/** The rules that the policy has switched on, in the order in which they are judged (the order is a GUESS). */
export type PasswordRule = 'length' | 'lowerletter' | 'upperletter' | 'numbers' | 'symbols'

const complaintOf: Readonly<Record<PasswordRule, string>> = {
  length: 'Password not long enough',
  lowerletter: 'Password must have lowercase characters',
  upperletter: 'Password must have uppercase characters',
  numbers: 'Password must have numeric characters',
  symbols: 'Password must have symbol characters',
}

export function activeRules(policy: PasswordPolicy): PasswordRule[] {
  const switches: readonly [PasswordRule, boolean][] = [
    ['length', true],
    ['lowerletter', policy.requireLowercase],
    ['upperletter', policy.requireUppercase],
    ['numbers', policy.requireNumbers],
    ['symbols', policy.requireSymbols],
  ]
  return switches.filter(([, isOn]) => isOn).map(([rule]) => rule)
}

const fits = (password: string, rule: PasswordRule, { minimumLength }: PasswordPolicy): boolean => {
  switch (rule) {
    case 'length':
      return password.length >= minimumLength
    case 'lowerletter':
      return /[a-z]/.test(password)
    case 'upperletter':
      return /[A-Z]/.test(password)
    case 'numbers':
      return /\d/.test(password)
    case 'symbols':
      return symbol.test(password)
  }
}

/**
 * What the API says of a password that the policy does not let pass; nothing if it does.
 *
 * @param prefix the API words it in two ways: at sign-up, and wherever a password is changed
 * @example
 * passwordProblem(policy, 'short', 'Password did not conform with policy')?.text
 */
export function passwordProblem(
  policy: PasswordPolicy,
  password: string,
  prefix: 'Password did not conform with policy' | 'Password does not conform to policy',
): UserPoolException | undefined {
  if (password.length > mostCharacters) return invalidPassword(`${prefix}: Password too long`)
  const broken = activeRules(policy).find((rule) => !fits(password, rule, policy))
  return broken && invalidPassword(`${prefix}: ${complaintOf[broken]}`)
}
