// How somebody proved who they are, and what that is worth: the claims `amr` and `acr`, and the levels that `acr_values`
// asks for (AWS: authentication levels with ACR and AMR claims). Found documented, and in no token; so a switch.
import { factorsOf, preferredOf } from './factors.ts'
import type { Factor, User } from './user.ts'
import type { UserPool } from './user-pool.ts'

/** A proof, as `amr` names it: a password, an authenticator app, a text message, a mail, an identity provider. */
export type Proof = 'pwd' | 'otp' | 'sms' | 'email_otp' | 'fed'

/** `urn:cognito:loa:<level>` */
export type Level = 1 | 2 | 3 | 4

export const proofOf = {
  'software-token': 'otp',
  sms: 'sms',
  email: 'email_otp',
} as const satisfies Record<Factor, Proof>

/**
 * @example
 * amrOf(['pwd', 'otp']) // ['pwd', 'otp', 'mfa']
 */
export const amrOf = (proofs: readonly Proof[]): string[] =>
  proofs.length > 1 ? [...proofs, 'mfa'] : [...proofs]

/**
 * GUESS, as AWS's table is not at hand: one proof is level 1, a code that was sent beside it 2, that of an authenticator
 * app 3. Level 4 is for hardware, which nobody has here.
 */
export function levelOf(proofs: readonly Proof[]): Level {
  if (proofs.length < 2) return 1
  return proofs.includes('otp') ? 3 : 2
}

export const acrOf = (proofs: readonly Proof[]): string => `${prefix}${levelOf(proofs)}`

const prefix = 'urn:cognito:loa:'
const known = /^urn:cognito:loa:([1-4])$/

/** The levels that a request asks for, highest first as it says; unknown ones are ignored, as all of them are by default. */
export function askedLevels(
  { choices }: Pick<UserPool, 'choices'>,
  parameters: URLSearchParams,
): readonly Level[] {
  if (choices['acr-amr'] === 'absent') return []
  const values = (parameters.get('acr_values') ?? '').split(' ')
  return values
    .flatMap((value) => (known.exec(value)?.[1] ?? []) as string[])
    .map((level) => Number(level) as Level)
}

/** The level that a password with one of these factors has to come to: the first asked for that it can. */
export const enforcedLevel = (asked: readonly Level[], factors: readonly Factor[]): Level => {
  const highest = Math.max(1, ...factors.map(levelWith))
  return asked.find((level) => level <= highest) ?? 1
}

const levelWith = (factor: Factor): Level => levelOf(['pwd', proofOf[factor]])

/** The factors that are good enough. */
export const factorsFor = (level: Level, factors: readonly Factor[]): Factor[] =>
  factors.filter((factor) => levelWith(factor) >= level)

/**
 * The factors of which a session lacks one to come to the level that is asked for; none if it has it. Only whoever gave
 * a password can add to it (of other people it is a GUESS).
 */
export function missingFactors(
  pool: Pick<UserPool, 'mfa'>,
  user: User,
  proofs: readonly Proof[],
  asked: readonly Level[],
): Factor[] {
  if (pool.mfa.mode === 'OFF' || !proofs.includes('pwd')) return []
  const factors = factorsOf(pool, user)
  const level = enforcedLevel(asked, factors)
  return level <= levelOf(proofs) ? [] : factorsFor(level, factors)
}

/** What somebody has proved who went through every page of a login. */
export function proofsOfLogin({ mfa }: Pick<UserPool, 'mfa'>, user: User): Proof[] {
  if (user.status === 'EXTERNAL_PROVIDER') return ['fed']
  const factors = mfa.mode === 'OFF' ? [] : factorsOf({ mfa }, user)
  const [factor] = factors.length === 0 ? [] : [preferredOf(user, factors)]
  return factor === undefined ? ['pwd'] : ['pwd', proofOf[factor]]
}
