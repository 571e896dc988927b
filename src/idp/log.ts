// One line for each exchange: what was asked, what was answered and, for a refusal, the rule and the sentence
// that lets a stranger fix the client. This is half of the product's documentation.
import type { Exchange } from './domain/journal.ts'

/**
 * The line of an exchange. Control characters of whatever a client sent are made visible, so nobody writes
 * lines of his own.
 *
 * @example
 * journal.subscribe((exchange) => process.stderr.write(`${logLine(exchange)}\n`))
 * // POST /oauth2/token 400 invalid_grant | code.single-use: the code was used 3 s ago by client mockweb…
 */
export function logLine({
  method,
  path,
  status,
  refusal,
  failure,
  verdicts,
  username,
  clientId,
  faultId,
  hooks = [],
}: Exchange): string {
  const asked = `${method} ${path} ${status}`
  if (failure !== undefined) return indented(`${asked} failed: ${failure.stack ?? failure.message}`)
  if (faultId !== undefined) return printable(`${asked} | ${faultId} struck, as a test has ordered`)
  if (refusal !== undefined) {
    // A refusal without a code of its own is called by its status, which is there already.
    const { wireCode, rule, message } = refusal
    const answered = wireCode === String(status) ? asked : `${asked} ${wireCode}`
    return printable(`${answered} | ${rule}: ${message}`)
  }
  const broken = verdicts.findLast(({ holds }) => !holds)
  const who = [
    username && `user ${username}`,
    clientId && `client ${clientId}`,
    ...hooks.map(({ trigger, place }) => `${trigger} ${place}`),
  ]
    .filter(Boolean)
    .join(', ')
  const remark = broken ? `${broken.rule}: ${broken.reason}` : who
  return printable(remark ? `${asked} | ${remark}` : asked)
}

/** A stack has several lines; none of them but the first can look like an exchange. */
const indented = (text: string): string => text.split('\n').map(printable).join('\n    ')

/** Controls, line separators and whatever changes the direction of text or cannot be seen. */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to make visible
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** Text that can do a terminal no harm. */
export const printable = (text: string): string =>
  text.replace(unprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
