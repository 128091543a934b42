import { byName } from "../../files.ts";
import type { NamedImage } from "../namedLabels.ts";
import type { Warnings } from "../../warnings.ts";

/**
 * Classes that records call otherwise than the label map does (a map in another language, say). By their number they are
 * a class of the map where all records agree on it, and no two texts are the same class of it.
 */
export class RenamedClasses {
  #unknown = new Map<string, { names: Set<string | undefined>; where: string }>();

  /** Takes note of a text, and of the map's name for its number. */
  add(text: string, name: string | undefined, where: string): void {
    const known = this.#unknown.get(text);
    if (known) {
      known.names.add(name);
      if (byName(where, known.where) < 0) known.where = where; // files are read several at a time
    } else this.#unknown.set(text, { names: new Set([name]), where });
  }

  /** Renames the classes of all images, with a warning for each kind. */
  apply(images: readonly NamedImage[], warnings: Warnings): void {
    const used = new Set(images.flatMap(({ objects, labels = [] }) => [...objects.map(({ name }) => name), ...labels]));
    const meant = [...this.#unknown.values()].flatMap(({ names }) => [...names]);
    const newNames = new Map<string, string>();
    const unknown = [...this.#unknown].sort(([a], [b]) => byName(a, b));
    for (const [text, { names, where }] of unknown) {
      const [name] = names;
      const isOnly = names.size === 1 && meant.filter((each) => each === name).length === 1;
      if (name !== undefined && isOnly && !used.has(name)) {
        newNames.set(text, name);
        const detail = { detail: `: "${text}" is "${name}"` };
        warnings.add("classes with another name in the label map, called as that has their number", where, detail);
      } else warnings.add("classes that the label map lacks, added", where, { detail: `: "${text}"` });
    }
    for (const { objects, labels = [] } of images) {
      for (const object of objects) object.name = newNames.get(object.name) ?? object.name;
      for (const [i, label] of labels.entries()) labels[i] = newNames.get(label) ?? label;
    }
  }
}
