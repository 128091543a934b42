import { groupBy } from "../files.ts";
import { folded, imageStem, pathParts } from "./imageName.ts";

/** Items whose paths are alike to one that is looked for, to the same degree. */
export interface Alike<T> {
  items: readonly T[];
  /** How alike the names are: a place in `DEGREES`, 0 for the same characters. */
  degree: number;
  /** How many folders of the path that is looked for are theirs, too, from the last; letter case does not count. */
  folders: number;
}

interface Entry<T> {
  item: T;
  name: string;
  /** Folded, the innermost first. */
  folders: readonly string[];
}

/** Entries of one name, and lazily the same by their innermost folders, so that none is looked at twice. */
interface Group<T> {
  entries: readonly Entry<T>[];
  items: readonly T[];
  below?: Map<string, Group<T>>;
}

/** What two names have in common, the most first: the same characters, Unicode's composed form, letter case ignored. */
const WHOLE = [(name: string) => name, (name: string) => name.normalize(), folded];
/** The same without endings that are known. */
const STEMS = WHOLE.map((keyOf) => (name: string) => keyOf(imageStem(name)));
const DEGREES = [...WHOLE, ...STEMS];

/** From this degree on, names differ in their endings. */
export const OTHER_ENDING = WHOLE.length;

/**
 * Finds things by their file names as other tools and machines wrote them: slashes of either kind, another Unicode form,
 * other letter case, another ending or none. Made once for a set of files; a search takes no longer where they are many.
 */
export class NameIndex<T> {
  readonly #entries: readonly Entry<T>[];
  readonly #byDegree: (Map<string, Group<T>> | undefined)[] = [];

  /** @param pathOf the path or name of an item */
  constructor(items: readonly T[], pathOf: (item: T) => string) {
    const foldersOf = new Map<string, readonly string[]>();
    this.#entries = items.map((item) => {
      const [, folder = "", name = ""] = /^(.*?)([^\\/]*)$/s.exec(pathOf(item)) ?? [];
      const folders = foldersOf.get(folder) ?? pathParts(folder).map(folded).reverse();
      foldersOf.set(folder, folders);
      return { item, name, folders };
    });
  }

  /**
   * What is called like the last part of the path, the most alike first. Of each degree these are the items with which
   * the path agrees in most folders; those less alike are among them only where they agree in more folders than those
   * that are more alike: then it is open which is meant.
   *
   * @param context folders that are thought before the path, such as the label file's; they decide among items alone
   * that agree in all folders of the path itself
   */
  find(path: string, context = ""): Alike<T>[] {
    const parts = pathParts(path);
    const name = parts.pop() ?? "";
    const own = parts.map(folded).reverse();
    const folders = [...own, ...pathParts(context).map(folded).reverse()];
    const found: Alike<T>[] = [];
    for (let degree = 0; degree < DEGREES.length; degree++) {
      const group = this.#group(degree, name);
      if (!group) continue;
      const { items, depth } = innermost(group, folders);
      const agreeing = Math.min(depth, own.length);
      const most = found.at(-1)?.folders ?? -1;
      if (agreeing > most) found.push({ items, degree, folders: agreeing });
      if (agreeing === own.length) break;
    }
    return found;
  }

  #group(degree: number, name: string): Group<T> | undefined {
    const keyOf = DEGREES[degree] ?? folded;
    const byKey = (this.#byDegree[degree] ??= groupsOf(this.#entries, (entry) => keyOf(entry.name)));
    // "a.b" may be a name without ending
    const whole = degree < OTHER_ENDING ? undefined : byKey.get(WHOLE[degree - OTHER_ENDING]?.(name) ?? "");
    return whole ?? byKey.get(keyOf(name));
  }
}

function groupsOf<T>(entries: readonly Entry<T>[], keyOf: (entry: Entry<T>) => string): Map<string, Group<T>> {
  const groups = [...groupBy(entries, keyOf)];
  return new Map(groups.map(([key, members]) => [key, { entries: members, items: members.map(({ item }) => item) }]));
}

/** The members of a group that share most folders, from the innermost. */
function innermost<T>(group: Group<T>, folders: readonly string[]): { items: readonly T[]; depth: number } {
  const [only, ...others] = group.entries.slice(0, 2);
  if (only && others.length === 0) {
    const differs = folders.findIndex((folder, i) => folder !== only.folders[i]);
    return { items: group.items, depth: differs < 0 ? folders.length : differs };
  }
  let at = group;
  let depth = 0;
  for (const [i, folder] of folders.entries()) {
    at.below ??= groupsOf(at.entries, (entry) => entry.folders[i] ?? "");
    const inner = at.below.get(folder);
    if (!inner) break;
    at = inner;
    depth++;
  }
  return { items: at.items, depth };
}
