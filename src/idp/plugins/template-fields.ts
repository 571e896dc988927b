// What a template reads: the fields of its page, with what only the markup needs worked out. `strict` templates refuse to
// print a field that is not there, so an optional one stands in an `{{#if}}`.

import type { ProviderType } from '../domain/federation/identity-provider.ts'
import type { Factor } from '../domain/user.ts'
import type { DeveloperPanel, NewPassword, Pages, ProviderButtons, SignInName } from './page-fields.ts'

const nameFields: Readonly<Record<SignInName, { label: string; placeholder: string; words: string }>> = {
  username: { label: 'Username', placeholder: 'Username', words: 'username' },
  email: { label: 'Email', placeholder: 'name@host.com', words: 'email' },
  phone_number: { label: 'Phone number', placeholder: '+12065550100', words: 'phone number' },
  email_or_phone: {
    label: 'Email or phone number',
    placeholder: 'name@host.com',
    words: 'email or phone number',
  },
}

const ruleSentences = {
  length: 'Password must contain at least {minimumLength} characters',
  lowerletter: 'Password must contain a lower case letter',
  upperletter: 'Password must contain an upper case letter',
  numbers: 'Password must contain a number',
  symbols: 'Password must contain a special character',
} as const

/** The order of the observed page: the length comes last. */
const checklist = ({ rules, minimumLength }: NewPassword) =>
  [...rules]
    .sort((one, other) => Number(one === 'length') - Number(other === 'length'))
    .map((rule) => ({
      rule,
      sentence: ruleSentences[rule],
      minimumLength: String(minimumLength),
    }))

const factorSentences: Readonly<Record<Factor, string>> = {
  'software-token': 'Authenticator app',
  sms: 'Text message (SMS)',
  email: 'Email message',
}

/** How the classic page names and words the buttons of social providers; of Amazon and Apple it is a GUESS. */
const social: Partial<Readonly<Record<ProviderType, { button: string; caption: string }>>> = {
  Google: { button: 'google', caption: 'Google' },
  Facebook: { button: 'facebook', caption: 'Facebook' },
  LoginWithAmazon: { button: 'amazon', caption: 'Amazon' },
  SignInWithApple: { button: 'apple', caption: 'Apple' },
}

const firstLetter = (name: string): string => String([...name][0]).toUpperCase()

/** Providers of an organisation first, then those that everybody knows. */
function buttons({ providers, parameters }: ProviderButtons) {
  const all = providers.map(({ name, type }, index) => ({
    name,
    index,
    parameters,
    caption: social[type]?.caption ?? name,
    button: social[type]?.button ?? '',
    initial: firstLetter(social[type]?.caption ?? name),
  }))
  return {
    all,
    corporate: all.filter(({ button }) => button === ''),
    social: all.filter(({ button }) => button !== ''),
  }
}

const kinds: Readonly<Record<ProviderType, string>> = {
  Google: 'Google',
  Facebook: 'Facebook',
  LoginWithAmazon: 'Login with Amazon',
  SignInWithApple: 'Sign in with Apple',
  OIDC: 'an OpenID Connect provider',
  SAML: 'a SAML 2.0 provider',
}

export const templateFields: { [Name in keyof Pages]: (fields: Pages[Name]) => { title: string } } = {
  login: ({ asksFor, elsewhere, ...fields }) => ({
    title: 'Signin',
    ...fields,
    name: nameFields[asksFor],
    elsewhere: elsewhere && buttons(elsewhere),
  }),
  username: ({ asksFor, elsewhere, ...fields }) => ({
    title: 'Signin',
    ...fields,
    name: nameFields[asksFor],
    elsewhere: elsewhere && buttons(elsewhere),
  }),
  chooseProvider: ({ elsewhere }) => ({ title: 'Signin', elsewhere: buttons(elsewhere) }),
  password: (fields) => ({ title: 'Signin', ...fields }),
  knownUser: (fields) => ({ title: 'Signin', ...fields }),
  // Observed: the same title as the sign-in page.
  signUp: ({ asksFor, ...fields }) => ({
    title: 'Signin',
    ...fields,
    name: nameFields[asksFor],
    nameType: asksFor === 'email' ? 'email' : asksFor === 'phone_number' ? 'tel' : 'text',
    checklist: checklist(fields),
  }),
  confirm: (fields) => ({
    title: 'Confirm your account',
    ...fields,
    byMail: fields.sent?.medium === 'EMAIL',
  }),
  confirmed: (fields) => ({ title: 'Confirm your account', ...fields }),
  forgotPassword: ({ asksFor, ...fields }) => ({
    title: 'Forgot your password?',
    ...fields,
    name: nameFields[asksFor],
  }),
  resetPassword: (fields) => ({
    title: 'Change your password',
    ...fields,
    checklist: checklist(fields),
    byMail: fields.sent.medium === 'EMAIL',
  }),
  newPassword: (fields) => ({ title: 'Change your password', ...fields, checklist: checklist(fields) }),
  chooseFactor: ({ factors, ...fields }) => ({
    title: 'Choose a multi-factor authentication (MFA) method',
    ...fields,
    factors: factors.map((factor, index) => ({
      factor,
      sentence: factorSentences[factor],
      isFirst: index === 0,
    })),
  }),
  softwareToken: (fields) => ({ title: 'Multi-factor authentication', ...fields }),
  code: (fields) => ({
    title: 'Multi-factor authentication',
    ...fields,
    byMail: fields.sent.medium === 'EMAIL',
  }),
  setUpSoftwareToken: (fields) => ({
    title: 'Set up authenticator app MFA',
    ...fields,
    // Four squares of white around it, as scanners want.
    qrCode: { ...fields.qrCode, viewSize: fields.qrCode.size + 8 },
    secretInGroups: fields.secret.match(/.{1,4}/g)?.join(' '),
  }),
  setUpContact: (fields) => ({
    title: fields.attribute === 'email' ? 'Set up email MFA' : 'Set up SMS MFA',
    ...fields,
    isEmail: fields.attribute === 'email',
  }),
  error: ({ detail, panel }) => ({
    title: 'Error',
    detail,
    panel: panel && {
      ...panel,
      registered: panel.registered.map((value) => ({ value, isNearest: value === panel.nearest })),
      comparison: closestComparison(panel),
    },
  }),
  unfinished: (fields) => ({ title: fields.heading, ...fields }),
  standIn: (fields) => ({
    title: `Sign in with ${fields.provider}`,
    ...fields,
    kind: kinds[fields.type],
    mark: firstLetter(fields.provider),
    claims: fields.claims.map((claim) => ({
      ...claim,
      placeholder: /verified$/i.test(claim.label) ? 'true or false' : '',
    })),
    people: fields.people.map((person) => ({
      ...person,
      initial: firstLetter(person.name || person.subject),
    })),
  }),
  assertion: (fields) => ({ title: `Back from ${fields.provider}`, ...fields }),
  inbox: ({ messages }) => ({
    title: 'Inbox',
    messages: messages.map((message) => ({
      ...message,
      at: message.at.toISOString(),
      isMail: message.medium === 'EMAIL',
    })),
  }),
}

// The sent value that shares most with the nearest registered one is the one to compare it with.
function closestComparison({ sent, nearest }: DeveloperPanel) {
  if (nearest === undefined) return undefined
  return sent
    .map(({ name, value }) => ({ name, ...compare([...value], [...nearest]) }))
    .filter(({ shared, length }) => shared > 0 && shared < length)
    .sort((one, other) => other.shared - one.shared)[0]
}

// Splits two texts, given as their characters, into what both begin with, where they differ, and what both end with.
function compare(sent: string[], registered: string[]) {
  const shorter = Math.min(sent.length, registered.length)
  let before = 0
  while (before < shorter && sent[before] === registered[before]) before += 1
  let after = 0
  while (after < shorter - before && sent.at(-1 - after) === registered.at(-1 - after)) after += 1

  const split = (characters: string[]) => ({
    before: characters.slice(0, before).join(''),
    differs: characters.slice(before, characters.length - after).join(''),
    after: characters.slice(characters.length - after).join(''),
  })
  return {
    sent: split(sent),
    registered: split(registered),
    position: before + 1,
    shared: before + after,
    length: Math.max(sent.length, registered.length),
  }
}
