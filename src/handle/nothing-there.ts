/** What was named by an id, of a pool, a fault or whatever else, is not there: over HTTP that is a 404. */
export class NothingThere extends Error {
  override readonly name = 'NothingThere'
}
