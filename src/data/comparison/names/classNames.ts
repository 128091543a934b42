/** The classes of the truth by their names: as they stand, else in whatever case, Unicode form and outer spaces. */
export class ClassNames {
  readonly #exact: Map<string, number[]>;
  readonly #folded: Map<string, number[]>;

  constructor(classes: readonly string[]) {
    this.#exact = indicesBy(classes, (name) => name);
    this.#folded = indicesBy(classes, folded);
  }

  /** Indices of the classes that are called so. */
  fits(name: string): readonly number[] {
    return this.#exact.get(name) ?? this.#folded.get(folded(name)) ?? [];
  }
}

function folded(name: string): string {
  return name.normalize("NFC").trim().toLowerCase();
}

function indicesBy(names: readonly string[], keyOf: (name: string) => string): Map<string, number[]> {
  const indices = new Map<string, number[]>();
  for (const [index, name] of names.entries()) {
    const key = keyOf(name);
    indices.set(key, [...(indices.get(key) ?? []), index]);
  }
  return indices;
}
