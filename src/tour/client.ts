// At which client of a world the grant is shown.
import type { Client } from '../handle/clients.ts'
import type { Mocknito } from '../handle/mocknito.ts'
import { StartError } from '../start-error.ts'

/**
 * The client called web, or else the first that has the code flow.
 *
 * @param who needs it: the subject of the sentence, if there is none
 * @throws {StartError} if there is none
 * @example
 * clientToShow(mock, 'the tour').id
 */
export function clientToShow({ pool: { clients, id } }: Pick<Mocknito, 'pool'>, who: string): Client {
  const client =
    clients.find(({ name }) => name === 'web') ??
    clients.find(({ oauthFlows }) => oauthFlows.includes('code'))
  if (client === undefined)
    throw new StartError(`${who} needs a client with the OAuth flow code; pool ${id} has none`)
  return client
}
