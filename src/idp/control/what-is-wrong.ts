// What a validator says about a call, as a sentence for a stranger: everything that is wrong, each with its place.

/** What ajv says, as far as it is read here. */
interface Complaint {
  readonly keyword: string
  readonly instancePath: string
  readonly params: Readonly<Record<string, unknown>>
  readonly message?: string | undefined
}

/**
 * @param part what was looked at: `body` or `querystring`
 * @example
 * whatIsWrong('body', errors) // 'body.by is missing; body has buy, which is not known here'
 */
export function whatIsWrong(part: string, complaints: readonly Complaint[]): string {
  const byPlace = new Map<string, Complaint[]>()
  for (const complaint of complaints) {
    const place = part.replace('querystring', 'query') + complaint.instancePath.replaceAll('/', '.')
    byPlace.set(place, [...(byPlace.get(place) ?? []), complaint])
  }
  return [...byPlace].flatMap(([place, all]) => sentences(place, all)).join('; ')
}

function sentences(place: string, complaints: readonly Complaint[]): string[] {
  // Where one of several types would do, each of them has complained, and then the choice as a whole.
  const types = complaints.filter(({ keyword }) => keyword === 'type').map(({ params }) => params.type)
  const others = complaints.filter(({ keyword }) => keyword !== 'type' && keyword !== 'anyOf')
  return [
    ...(types.length > 0 ? [`${place} is no ${types.join(' and no ')}`] : []),
    ...others.map((complaint) => sentence(place, complaint)),
  ]
}

function sentence(place: string, { keyword, params, message }: Complaint): string {
  switch (keyword) {
    case 'required':
      return `${place}.${params.missingProperty} is missing`
    case 'additionalProperties':
      return `${place} has ${params.additionalProperty}, which is not known here`
    case 'enum':
      return `${place} is none of ${(params.allowedValues as readonly unknown[]).join(', ')}`
    default:
      return `${place} ${message}`
  }
}
