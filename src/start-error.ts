// Its own file, because whoever prepares a part of the start can refuse.

/** The mock refuses to start, and the message says what to change. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
