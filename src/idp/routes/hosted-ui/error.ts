// GET /error: Cognito's page with Cognito's text, always 400, and below it what the real one leaves the developer to guess. The query
// stays exactly as Cognito's; the panel is found in the journal by it.
import type { FastifyInstance } from 'fastify'
import { missingTarget } from '../../domain/logout.ts'
import { nearest } from '../../domain/redirect-uri.ts'
import { PageRefusal } from '../../domain/refusal.ts'
import type { DeveloperPanel } from '../../plugins/pages.ts'

export async function error(app: FastifyInstance): Promise<void> {
  const { journal } = app.idp
  app.get<{ Querystring: URLSearchParams }>('/error', async ({ query, url }, reply) => {
    const refusal = journal.findLast(({ errorPage }) => errorPage === url)?.refusal
    const panel = refusal instanceof PageRefusal ? explain(refusal) : undefined
    return reply
      .code(400)
      .page('error', { detail: query.get('error') ?? missingTarget, ...(panel && { panel }) })
  })
}

const fieldOf: Readonly<Record<string, string>> = {
  redirect_uri: 'CallbackURLs',
  logout_uri: 'LogoutURLs',
  client_id: 'Clients',
}

function explain({ rule, message, comparison }: PageRefusal): DeveloperPanel {
  const panel: DeveloperPanel = { rule: rule as string, sentence: message, sent: [], registered: [] }
  if (comparison === undefined) return panel
  const { parameter, sent, registered } = comparison
  const closest = nearest(sent, registered)
  return {
    ...panel,
    sent: [{ name: parameter, value: sent }],
    registered,
    ...(closest !== undefined && { nearest: closest }),
    hint: `Send one of the registered values letter for letter, or add this one to ${fieldOf[parameter]} in the fixture (and at AWS).`,
  }
}
