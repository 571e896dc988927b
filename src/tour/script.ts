// The tour as a script for sh: each step with what it is for, the curl, and, if it has been walked, what came back, as
// comments, so that the script walks it again.
import { asCurl, send, shellVariable, shellWord, type TourAnswer } from './request.ts'
import type { Step, Variable } from './steps.ts'

/** What the steps are told before the first of them: secrets. */
export type Told = Readonly<Partial<Record<Variable, string | undefined>>>

/**
 * Takes the tour: each step is sent, in order, with what the ones before it have brought.
 *
 * @example
 * const [authorize] = await walk(stepsAt(sights), { CLIENT_SECRET: secret })
 * authorize.status // 302
 */
export async function walk(steps: readonly Step[], told: Told): Promise<TourAnswer[]> {
  const known = new Map(Object.entries(told))
  const answers: TourAnswer[] = []
  for (const { request, keeps } of steps) {
    const answer = await send(request((variable) => known.get(variable) ?? ''))
    for (const [variable, field] of Object.entries(keeps?.fields ?? {}))
      known.set(variable, new RegExp(`"${field}":"([^"]*)"`).exec(answer.body)?.[1])
    answers.push(answer)
  }
  return answers
}

/**
 * The script.
 *
 * @param head lines before the first step, such as those that give the variables their values
 * @param answers of the steps, if they have been walked
 * @example
 * script(stepsAt(sights), assignments({ CLIENT_SECRET: secret }))
 */
export function script(
  steps: readonly Step[],
  head: readonly string[],
  answers: readonly TourAnswer[] = [],
): string {
  const blocks = steps.map((step, index) => {
    const [first, ...more] = step.why
    const answer = answers[index]
    return [
      `# ${index + 1}. ${first}`,
      ...more.map((line) => `#    ${line}`),
      ...commands(step),
      ...(answer === undefined ? [] : comments(answer)),
    ]
  })
  const parts = [head, ...blocks].filter((lines) => lines.length > 0)
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

/**
 * The lines that give the variables of the shell their values.
 *
 * @param written how a value is written; for a place where it must not be, without it
 * @example
 * assignments({ CLIENT_SECRET: 'abc' }) // ['CLIENT_SECRET=abc']
 */
export const assignments = (told: Told, written: (value: string) => string = shellWord): string[] =>
  Object.entries(told).flatMap(([variable, value]) =>
    value === undefined ? [] : [`${variable}=${written(value)}`],
  )

function commands({ request, keeps, says, writes }: Step): string[] {
  const asked = request(shellVariable)
  if (writes !== undefined) return [asCurl(asked, ['-o /dev/null', `-w '${writes}\\n'`])]
  if (keeps === undefined) return [asCurl(asked), 'echo']
  const fields = Object.entries(keeps.fields)
  return [
    `${keeps.as}=$(${asCurl(asked)})`,
    ...fields.map(
      ([variable, field]) => `${variable}=$(echo "$${keeps.as}" | sed 's/.*"${field}":"\\([^"]*\\)".*/\\1/')`,
    ),
    `echo "${says}"`,
  ]
}

/**
 * A line of an answer must not become a command, so each is a comment, marked as `curl -v` marks what came back; what it
 * has of tokens is shortened.
 */
function comments({ status, location, body }: TourAnswer): string[] {
  const first = [
    ...(status === 0 ? [] : [String(status)]),
    ...(location === undefined ? [] : [`to ${location}`]),
  ]
  const rest = body === '' ? [] : body.split(/[\r\n]+/).map(shortened)
  return [...(first.length > 0 ? [first.join(', ')] : []), ...rest].map((line) => `# < ${line}`)
}

const shortened = (line: string): string => line.replace(/("\w+_token":"[^"]{20})[^"]+/g, '$1…')
