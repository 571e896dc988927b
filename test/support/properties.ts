// Promises about any input, held to inputs that nobody thought of. What breaks one is shrunk and printed with its seed;
// `MOCKNITO_SEED=… npx tap run FILE` asks the same again.
import fc from 'fast-check'
import type { Test } from 'tap'

const { MOCKNITO_SEED: seed } = process.env

/**
 * Tries a property on so many inputs.
 *
 * @example
 * await always(t, 'state comes back', 50, fc.asyncProperty(fc.string(), async (state) => { … }))
 */
export async function always<Inputs>(
  t: Test,
  promise: string,
  numRuns: number,
  property: fc.IAsyncProperty<Inputs>,
): Promise<void> {
  const details = await fc.check(property, {
    numRuns,
    // Looking for a smaller counterexample ends somewhere.
    interruptAfterTimeLimit: 30_000,
    ...(seed !== undefined && { seed: Number(seed) }),
  })
  const { failed, errorInstance } = details
  t.notOk(failed, failed ? `${promise}: ${errorInstance}: ${fc.defaultReportMessage(details)}` : promise)
}

/** Any text that can be sent: all of Unicode, without halves of surrogate pairs. */
export const anyText = (maxLength = 40) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength }) },
    { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength }) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary-ascii', maxLength }) },
    {
      weight: 3,
      arbitrary: fc
        .array(fc.constantFrom(...awkward), { maxLength: Math.ceil(maxLength / 4) })
        .map((pieces) => pieces.join('')),
    },
  )

/** What has broken parsers, templates and headers before. */
const awkward = [
  '%',
  '%2',
  '%zz',
  '%00',
  '%0d%0a',
  '+',
  '&',
  '=',
  ';',
  '#',
  '?',
  '/',
  '\\',
  ' ',
  '\t',
  '\r\n',
  '\u0000',
  '"',
  "'",
  '<',
  '>',
  '<b>',
  '{{',
  '}}',
  '${',
  '\u2028',
  '\u202e',
  '\ufeff',
  '\ufffd',
  'ä',
  '😀',
  '👨‍👩‍👧',
  'é',
  '__proto__',
  'constructor',
  'eyJhIjp7fX0=',
]
