// Which pages there are, and what each must be given. Both looks show the same pages from the same fields; a path is a
// path with its query. A field that may be left out is marked `?`.
import type { Delivery } from '../domain/delivery.ts'
import type { ProviderType } from '../domain/federation/identity-provider.ts'
import type { Message } from '../domain/inbox.ts'
import type { PasswordRule } from '../domain/password-policy.ts'
import type { Factor } from '../domain/user.ts'

/** What the pool lets people call themselves. */
export type SignInName = 'username' | 'email' | 'phone_number' | 'email_or_phone'

/** A form that posts to `action`, and the sentence above it after a failed attempt. */
export interface Form {
  action: string
  csrf: string
  problem?: string
}

/** A field for an attribute, with what it holds already. */
export interface AttributeField {
  name: string
  label: string
  type: 'text' | 'email' | 'tel' | 'date' | 'number' | 'url'
  placeholder: string
  value: string
  required: boolean
}

/** The checklist below a new password. */
export interface NewPassword {
  rules: readonly PasswordRule[]
  minimumLength: number
}

/** The buttons that lead to identity providers. */
export interface ProviderButtons {
  providers: readonly { name: string; type: ProviderType }[]
  /** The authorize request to go on with, less what names a provider. */
  parameters: readonly { name: string; value: string }[]
}

/** Every page by name. */
export interface Pages {
  /** Cognito's sign-in page. */
  login: Form & {
    /** What the field holds already, such as the name of a failed attempt; `''` for an empty field. */
    username: string
    asksFor: SignInName
    forgotPassword: string
    /** Left out where users cannot sign themselves up. */
    signUp?: string
    /** Left out where the client has none. */
    elsewhere?: ProviderButtons
  }
  /** The name alone: the first page of choice-based sign-in. */
  username: Form & {
    username: string
    asksFor: SignInName
    signUp?: string
    elsewhere?: ProviderButtons
  }
  /** Nobody signs in here: only identity providers are to choose from. */
  chooseProvider: { elsewhere: ProviderButtons }
  /** The password of somebody who has given a name. */
  password: Form & { username: string; forgotPassword: string; back: string }
  /** For a browser that has a session: go on as that user, or as somebody else. */
  knownUser: {
    username: string
    /** The authorize request to go on with. */
    parameters: readonly { name: string; value: string }[]
    /** Signs out first. */
    someoneElse: string
  }
  signUp: Form &
    NewPassword & {
      username: string
      asksFor: SignInName
      attributes: readonly AttributeField[]
      signIn: string
    }
  /** The code of a sign-up, or word that a link was sent. */
  confirm: Form & { resend: string; sent?: Delivery; byLink: boolean; isResent: boolean; signIn: string }
  /** A link has confirmed a sign-up, or has not. */
  confirmed: { problem?: string }
  forgotPassword: Form & { username: string; asksFor: SignInName; signIn: string }
  resetPassword: Form & NewPassword & { sent: Delivery; signIn: string }
  /** A temporary password is to be replaced. */
  newPassword: Form & NewPassword & { attributes: readonly AttributeField[] }
  /** Which factor to be asked for, or to set up. */
  chooseFactor: Form & { factors: readonly Factor[]; isSetup: boolean }
  softwareToken: Form
  /** A code that was sent as a second factor, or to prove an address that is to become one. */
  code: Form & { sent: Delivery }
  setUpSoftwareToken: Form & {
    secret: string
    /** The squares of the QR code: how many a side, and the dark ones as an SVG path. */
    qrCode: { size: number; path: string }
  }
  setUpContact: Form & { attribute: 'email' | 'phone_number'; value: string }
  /** Cognito's error page and, below it, what mocknito can say to the developer. */
  error: { detail: string; panel?: DeveloperPanel }
  /** A page that Cognito has and mocknito does not have yet. `back` is a path. */
  unfinished: { heading: string; explanation: string; back?: string }
  /** mocknito's own: what would have been mailed or texted, newest first. */
  inbox: { messages: readonly Message[] }
  /** mocknito's own: the stand-in for an identity provider, where one says who signs in there. */
  standIn: Form & {
    provider: string
    type: ProviderType
    pool: string
    /** Whom the provider knows: the most likely ones first, and not all of them if they are many. */
    people: readonly { subject: string; username: string; name: string; isHinted: boolean }[]
    /** How many more it knows. */
    more: number
    /** What somebody new is asked for: the claims that the pool reads. */
    claims: readonly {
      name: string
      label: string
      type: 'text' | 'email'
      value: string
      required: boolean
    }[]
    /** What was sent along for the provider to heed. */
    forwarded: readonly { name: string; value: string }[]
    failures: readonly { name: string; sentence: string }[]
  }
  /** The answer of a SAML provider, which the browser posts (SAML bindings §3.5). */
  assertion: { provider: string; action: string; relayState: string; response: string }
}

/** Why a request was refused, for the developer whose request it was. */
export interface DeveloperPanel {
  /** The id of the rule that refused, as in `docs/compatibility.md`. */
  rule: string
  /** The rule, or how it was broken, in one sentence. */
  sentence: string
  sent: readonly { name: string; value: string }[]
  /** What would have been accepted. */
  registered: readonly string[]
  /** The registered value most like one that was sent: the page shows the two side by side where they differ. */
  nearest?: string
  /** What to change. */
  hint?: string
}
