// What can be wrong with a data directory, in sentences.

/** A data directory that a mock cannot begin with: nothing in it has been changed. */
export class DataError extends Error {
  override readonly name = 'DataError'
}

/** What was changed could not be written down, so whoever asked for it gets no answer that says it was done. */
export class NotKept extends Error {
  override readonly name = 'NotKept'
  /** RFC 4918 §11.5: Insufficient Storage. */
  readonly statusCode = 507

  constructor(file: string, cause: Error) {
    super(`this could not be kept in ${file}: ${cause.message}`, { cause })
  }
}
