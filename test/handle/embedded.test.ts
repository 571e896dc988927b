// The contract, held in this process; and what only a mock of this process has.
import t from 'tap'
import { startWorld } from '../support/world.ts'
import { contract } from './contract.ts'

t.test('the contract, embedded', async (t) => {
  contract(t, await startWorld(t))
})
