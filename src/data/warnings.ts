/** Counts findings of the same kind, and remembers where the first one was. */
export class Warnings {
  #found = new Map<string, { count: number; first: string }>();

  /** Notes one finding: what it is, worded for many ("boxes without an area left out"), and where. */
  add(what: string, where: string): void {
    const known = this.#found.get(what);
    if (known) known.count++;
    else this.#found.set(what, { count: 1, first: where });
  }

  /** One line a kind: "boxes without an area left out: 2 (first: a.xml: object 3)". */
  lines(): string[] {
    return [...this.#found].map(
      ([what, { count, first }]) => `${what}: ${count} (${count > 1 ? "first: " : ""}${first})`,
    );
  }
}
