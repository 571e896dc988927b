// Programs that a test runs as somebody else would: without what tap has every Node load that a test starts. That costs time, takes
// signals for itself, and counts what is in dist as covered. tap puts it into the environment of each child at the
// last moment, so it has to be taken out by the child.

/** The words after `env` that run a program plainly. */
export const plainly = (words: readonly string[]): string[] => ['-u', 'NODE_OPTIONS', ...words]
