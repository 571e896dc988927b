// mocknito tour: the authorization code grant, really walked at the mock that has been started, and printed step by
// step. The whole is a shell script: `mocknito tour | sh` walks it once more.
import type { Client } from '../handle/clients.ts'
import type { StartedMocknito } from '../start.ts'
import { clientToShow } from '../tour/client.ts'
import { assignments, script, walk } from '../tour/script.ts'
import { sightsOf, stepsAt } from '../tour/steps.ts'

/**
 * Walks the grant through a mock that listens, as alice.
 *
 * @param client default: the one called web, or the first with the code flow
 * @returns the script, with what came back as comments
 * @example
 * const mock = await startMocknito()
 * console.log(await tour(mock))
 */
export async function tour(
  mock: Pick<StartedMocknito, 'url' | 'pool' | 'controlToken'>,
  client: Client = clientToShow(mock, 'the tour'),
): Promise<string> {
  const steps = stepsAt(sightsOf(mock, client))
  const told = { CLIENT_SECRET: client.secret, CONTROL_TOKEN: mock.controlToken }
  return script(steps, assignments(told), await walk(steps, told))
}
