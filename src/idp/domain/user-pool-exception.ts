// What a user pool refuses, as its API names it: an exception and a message. A hosted page shows the message
// above its form; the log gets the reason, which may say more.
import { Refusal } from './refusal.ts'

export type ExceptionName =
  | 'AliasExistsException'
  | 'CodeMismatchException'
  | 'EnableSoftwareTokenMFAException'
  | 'ExpiredCodeException'
  | 'InvalidParameterException'
  | 'InvalidPasswordException'
  | 'LimitExceededException'
  | 'NotAuthorizedException'
  | 'UserNotFoundException'
  | 'UsernameExistsException'

/** Answered by the page that the form was on, with `text` above the form. */
export class UserPoolException extends Refusal {
  readonly wireCode: ExceptionName
  /** Cognito's message. */
  readonly text: string

  constructor(wireCode: ExceptionName, text: string, reason = text) {
    super(reason)
    this.wireCode = wireCode
    this.text = text
  }
}

export const invalidParameter = (text: string, reason?: string): UserPoolException =>
  new UserPoolException('InvalidParameterException', text, reason)
export const notAuthorized = (text: string, reason?: string): UserPoolException =>
  new UserPoolException('NotAuthorizedException', text, reason)
export const userNotFound = (text: string, reason: string): UserPoolException =>
  new UserPoolException('UserNotFoundException', text, reason)
export const invalidPassword = (text: string): UserPoolException =>
  new UserPoolException('InvalidPasswordException', text)
export const codeMismatch = (
  reason: string,
  text = 'Invalid verification code provided, please try again.',
): UserPoolException => new UserPoolException('CodeMismatchException', text, reason)
export const expiredCode = (
  reason: string,
  text = 'Invalid code provided, please request a code again.',
): UserPoolException => new UserPoolException('ExpiredCodeException', text, reason)
export const limitExceeded = (reason: string): UserPoolException =>
  new UserPoolException(
    'LimitExceededException',
    'Attempt limit exceeded, please try after some time.',
    reason,
  )
