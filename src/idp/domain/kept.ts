// What every store of what is going on can do beside its own verbs, so that a test author can look at it, age it,
// and put it back: no handler of a request uses these. And where what a pool has once is kept.

/** Where one value is kept; whoever makes the place decides for how long. */
export interface Place<V> {
  value: V | undefined
}

/** A store whose records can be seen and revised as a whole. */
export interface Kept<Entry> {
  /** Everything there is, dead or alive. */
  records(): Promise<readonly Entry[]>
  /**
   * Replaces every record by what `change` makes of it, or drops it (`undefined`), at once: nobody sees half of it.
   *
   * @returns how many are different now, or gone
   */
  revise(change: (entry: Entry) => Entry | undefined): Promise<number>
  /** Forgets everything, and keeps these instead. */
  restore(entries: readonly Entry[]): Promise<void>
}
