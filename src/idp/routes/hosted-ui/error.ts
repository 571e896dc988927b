// GET /error: Cognito's page with Cognito's text, always 400, and below it what the real one leaves the developer to guess. The query
// stays exactly as Cognito's; the panel is found in the journal by it.
import type { FastifyInstance } from 'fastify'
import { type Exchange, pageKey } from '../../domain/journal.ts'
import { missingTarget } from '../../domain/logout.ts'
import { nearest } from '../../domain/redirect-uri.ts'
import type { PageRefusal } from '../../domain/refusal.ts'
import { type RuleId, rules } from '../../domain/rules.ts'
import type { DeveloperPanel } from '../../plugins/page-fields.ts'

export async function error(app: FastifyInstance): Promise<void> {
  const { journal } = app.idp
  app.get<{ Querystring: URLSearchParams }>('/error', async ({ query, url }, reply) => {
    const key = pageKey(url)
    const exchange = journal.findLast(({ errorPage }) => errorPage === key)
    const panel = exchange && explain(exchange)
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

function explain({ refusal, parameters = [] }: Exchange): DeveloperPanel {
  const { rule, message, comparison } = refusal as PageRefusal
  const sent = parameters.map(([name, value]) => ({ name, value }))
  if (comparison === undefined) return { rule: rule as RuleId, sentence: message, sent, registered: [] }
  const { parameter, registered } = comparison
  const closest = nearest(comparison.sent, registered)
  return {
    rule: rule as RuleId,
    sentence: `Refused, because this must hold: ${rules[rule as RuleId].sentence}`,
    sent,
    registered,
    ...(closest !== undefined && { nearest: closest }),
    hint: `Send one of the registered values letter for letter, or add this one to ${fieldOf[parameter]} in the fixture (and at AWS).`,
  }
}
