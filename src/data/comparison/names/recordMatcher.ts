import { idOf, type RecordId } from "../recordChecks.ts";

/** Names that are looked up once. */
const REMEMBERED = 1_000_000;

/** Things of the truth by their names. */
export interface Names {
  /** Indices of all that a name fits. */
  fits(name: string): readonly number[];
  /** The one that is meant, out of several; undefined where that is open. */
  choose?(name: string, fits: readonly number[]): number | undefined;
  /** Whether two names may belong to one thing. Without it, any two may. */
  alike?(a: string, b: string): boolean;
}

/** A number and a name that go together in the results, where the truth gives that number to another. */
export interface Contradiction {
  id: RecordId;
  name: string;
}

/**
 * Finds what results refer to in the truth by their ids and, where the results carry names, by these: where a name and
 * an id contradict each other, the name counts.
 */
export class RecordMatcher {
  /** The first result that was found by its name against its id. */
  contradiction: Contradiction | undefined;
  readonly #ofId: ReadonlyMap<RecordId, number>;
  readonly #names: Names;
  readonly #own: ReadonlyMap<RecordId, string>;
  #fits = new Map<string, readonly number[]>();
  #claims = new Map<number, string>();
  #renumbered: boolean | undefined;

  /**
   * @param ids of the truth, in its order
   * @param names of the truth
   * @param own names that the results' own file gives to its ids
   */
  constructor(ids: readonly RecordId[], names: Names, own: ReadonlyMap<RecordId, string>) {
    this.#ofId = new Map(ids.map((id, index) => [id, index]));
    this.#names = names;
    this.#own = own;
  }

  /** The name that counts for a result: its own, else the one that its file gives to the id. */
  nameOf(id: unknown, said: unknown): string | undefined {
    if (typeof said === "string" && said !== "") return said;
    const known = idOf(id);
    return known === undefined ? undefined : this.#own.get(known);
  }

  /**
   * Index in the truth of what a result refers to; undefined where it is not there, or may be one of several.
   *
   * @param said the name that the result itself gives, if any
   */
  find(given: unknown, said: unknown): number | undefined {
    const id = idOf(given);
    const name = this.nameOf(id, said);
    const byId = id === undefined ? undefined : this.#ofId.get(id);
    if (name === undefined) return this.#own.size > 0 && this.#isRenumbered() ? undefined : byId;
    const found = this.#named(name, byId);
    if (found !== undefined && this.rivalOf(name, found) !== undefined) return undefined;
    if (found !== undefined && found !== byId && id !== undefined) this.contradiction ??= { id, name };
    return found;
  }

  /** A name of other results, which cannot be of the same thing, that was found to be the same in the truth. */
  rivalOf(name: string, index: number): string | undefined {
    if (!this.#names.alike) return undefined;
    const claim = this.#claims.get(index);
    if (claim === undefined) this.#claims.set(index, name);
    return claim === undefined || claim === name || this.#names.alike(claim, name) ? undefined : claim;
  }

  #named(name: string, byId: number | undefined): number | undefined {
    const fits = this.#fits.get(name) ?? this.#names.fits(name);
    if (this.#fits.size < REMEMBERED) this.#fits.set(name, fits);
    if (byId !== undefined && fits.includes(byId)) return byId;
    return fits.length < 2 ? fits[0] : this.#names.choose?.(name, fits);
  }

  /** Whether the file's own list gives an id to what has another in the truth: its other ids mean nothing there, then. */
  #isRenumbered(): boolean {
    this.#renumbered ??= [...this.#own].some(([id, name]) => {
      const found = this.#named(name, this.#ofId.get(id));
      return found !== undefined && found !== this.#ofId.get(id);
    });
    return this.#renumbered;
  }
}
