// What the demo asks of the mock over the wire, as the BFF does out of the browser's sight; and what of the answer a
// page may see: everything but the tokens, of which it sees that they are there.
import type { Client } from '../handle/clients.ts'
import type { Pool } from '../handle/pool.ts'

export interface Try {
  readonly request: string
  readonly status: number
  readonly answer: Readonly<Record<string, unknown>>
  /** Why, as the log of the mock has it; Cognito would not say. */
  readonly reason?: string
}

/** How the client proves itself: with its secret, or, as whoever has none, by its id alone. */
export type Proof = Pick<Client, 'id'> & { readonly secret?: string | undefined }

/** `POST /oauth2/token` with a code. */
export async function redeem(
  { domainUrl, requests }: Pick<Pool, 'domainUrl' | 'requests'>,
  { id, secret }: Proof,
  grant: { readonly code: string; readonly redirect_uri: string; readonly code_verifier?: string },
): Promise<Try> {
  const asked = await fetch(`${domainUrl}/oauth2/token`, {
    method: 'POST',
    headers: secret === undefined ? {} : { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', client_id: id, ...grant }),
  })
  const answer = (await asked.json()) as Record<string, unknown>
  const refused = asked.ok ? undefined : (await requests.list({ target: 'token:code' })).at(-1)
  return {
    request: 'POST /oauth2/token',
    status: asked.status,
    answer: Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, masked(name, value)])),
    ...(refused && { reason: `${refused.rule}: ${refused.reason}` }),
  }
}

const masked = (name: string, value: unknown) => (/_token$/.test(name) ? '… (stays on the server)' : value)
