// A map that remembers what was done to it. It begins with what a fixture says; what differs from that is what is
// written down, so that a fixture can grow beside the data.
import type { Change, Remembered } from './change-log.ts'
import { plain, revived } from './plain.ts'

/** Where a map says that it has been changed. */
export type Note = (map: KeptMap<unknown>) => void

export class KeptMap<V> extends Map<string, V> {
  readonly shelf: string
  readonly #beginning: Map<string, V>
  /** The keys about which something is written down. */
  readonly #written: Set<string>
  /** What the keys had that were changed since. */
  readonly #before = new Map<string, V | undefined>()
  readonly #note: Note

  /**
   * @param beginning what the fixture says
   * @param remembered what is written down
   */
  constructor(
    shelf: string,
    beginning: Iterable<readonly [string, V]>,
    remembered: ReadonlyMap<string, Remembered>,
    note: Note,
  ) {
    super()
    this.shelf = shelf
    this.#beginning = new Map(beginning)
    this.#written = new Set(remembered.keys())
    this.#note = note
    for (const [key, value] of this.#beginning) super.set(key, value)
    for (const [key, change] of remembered)
      if (change[0] === 'gone') super.delete(key)
      else super.set(key, revived(change[3]) as V)
  }

  /** What the fixture says. */
  get beginning(): V[] {
    return [...this.#beginning.values()]
  }

  override set(key: string, value: V): this {
    this.#touch(key)
    super.set(key, value)
    this.#note(this as KeptMap<unknown>)
    return this
  }

  override delete(key: string): boolean {
    this.#touch(key)
    const wasThere = super.delete(key)
    this.#note(this as KeptMap<unknown>)
    return wasThere
  }

  override clear(): void {
    for (const key of this.keys()) this.#touch(key)
    super.clear()
    this.#note(this as KeptMap<unknown>)
  }

  /** Forgets everything, the fixture too. */
  forget(): void {
    for (const key of this.#written) this.#touch(key)
    this.#beginning.clear()
    this.clear()
  }

  #touch(key: string): void {
    if (!this.#before.has(key)) this.#before.set(key, this.get(key))
  }

  /** What is to be written down of what was done since. */
  changes(): Change[] {
    return [...this.#before].flatMap(([key, before]): Change[] => {
      const isUntouched = this.get(key) === before && this.#written.has(key) === this.#differs(key)
      if (isUntouched) return []
      if (this.#differs(key)) return [this.#remembered(key)]
      return this.#written.has(key) ? [['drop', this.shelf, key]] : []
    })
  }

  /** They have been written down. */
  settle(): void {
    for (const key of this.#before.keys())
      if (this.#differs(key)) this.#written.add(key)
      else this.#written.delete(key)
    this.#before.clear()
  }

  /** All that there is to remember, in the order of the map. */
  everything(): Remembered[] {
    const keys = [...this.keys()].filter((key) => this.#written.has(key))
    const gone = [...this.#written].filter((key) => !this.has(key))
    return [...keys, ...gone].map((key) => this.#remembered(key))
  }

  #remembered(key: string): Remembered {
    return this.has(key) ? ['put', this.shelf, key, plain(this.get(key))] : ['gone', this.shelf, key]
  }

  /** Whether there is something else than what the fixture says. */
  #differs(key: string): boolean {
    if (this.has(key) !== this.#beginning.has(key)) return true
    const [value, first] = [this.get(key), this.#beginning.get(key)]
    return value !== first && JSON.stringify(plain(value)) !== JSON.stringify(plain(first))
  }
}
