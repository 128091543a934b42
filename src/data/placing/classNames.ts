import { AnchorkitError } from "../../base/errors.ts";
import { type Dataset, relabelled } from "../dataset.ts";
import { byName, groupBy } from "../files.ts";
import type { Warnings } from "../warnings.ts";
import type { FoundImage } from "./found.ts";

/** White space, control characters, and what is not seen at all: zero-width spaces and joiners, marks of direction. */
const OUTER = String.raw`[\s\p{Cc}\u180e\u200b-\u200f\u2060\ufeff]+`;
const ENDS = new RegExp(`^${OUTER}|${OUTER}$`, "gu");

/** The name of a class without white space around it, its accents composed (Unicode's NFC): " cell\n" is "cell". */
export function tidyClassName(name: string): string {
  return name.replace(ENDS, "").normalize();
}

/** The names, each once, in the order of what they are when tidied; of those that are the same then, the shortest first. */
export function sortedClassNames(names: Iterable<string>): string[] {
  const bySpelling = (a: string, b: string) => a.length - b.length || byName(a, b);
  return [...new Set(names)].sort((a, b) => byName(tidyClassName(a), tidyClassName(b)) || bySpelling(a, b));
}

/** Orders names by their parts, those of digits as numbers: "a9" comes before "a10". The same on every machine. */
export function byNameAndNumber(a: string, b: string): number {
  const [parts, others] = [a, b].map((name) => tidyClassName(name).match(/\d+|\D+/g) ?? []);
  for (const [i, part] of (parts ?? []).entries()) {
    const other = others?.[i];
    if (other === undefined) return 1;
    const areNumbers = /^\d/.test(part) && /^\d/.test(other);
    const order = (areNumbers ? Number(part) - Number(other) : 0) || byName(part, other);
    if (order !== 0) return order;
  }
  return (parts?.length ?? 0) - (others?.length ?? 0) || a.length - b.length || byName(a, b);
}

type Classes = Pick<Dataset, "classes" | "categoryIds">;

/**
 * Tidies the names of classes, and merges those that are the same then into the first of them, which keeps its place and
 * its category id; the classes of objects and of whole images follow. All formats pass here.
 *
 * @throws AnchorkitError for a name of which nothing is left, with the place of the first object that has it
 */
export function tidyClasses(
  found: readonly FoundImage[],
  { classes: said, categoryIds }: Classes,
  warnings: Warnings,
): { found: readonly FoundImage[]; classes: Classes } {
  const names = said.map(tidyClassName);
  for (const [k, name] of names.entries()) if (name === "") refuseEmpty(k, names.length, found);
  const alike = [...groupBy([...names.keys()], (k) => names[k] ?? "").values()];
  for (const group of alike)
    tell(
      group.map((k) => said[k] ?? ""),
      warnings,
    );
  const classOf = new Map(alike.flatMap((group, i) => group.map((k) => [k, i] as const)));
  const firsts = alike.map(([first = 0]) => first);
  const classes = {
    classes: firsts.map((k) => names[k] ?? ""),
    ...(categoryIds && { categoryIds: firsts.map((k) => categoryIds[k] ?? 0) }),
  };
  if (firsts.length === names.length) return { found, classes };
  const renumber = (k: number): number => classOf.get(k) ?? k;
  const renumbered = found.map((image) => ({
    ...{ ...image, objects: image.objects.map((object) => ({ ...object, class: renumber(object.class) })) },
    ...(image.labels && { labels: [...new Set(image.labels.map(renumber))] }),
    ...(image.frames && { frames: relabelled(image.frames, renumber) }),
  }));
  return { found: renumbered, classes };
}

/** Says how the names that one class has in the files became one. */
function tell(spellings: readonly string[], warnings: Warnings): void {
  const [first = "", ...others] = spellings;
  const name = tidyClassName(first);
  const [after, shown] = [JSON.stringify(name), JSON.stringify(first)];
  const rule = "untidy-classes";
  for (const other of others) {
    const before = JSON.stringify(other === name ? first : other);
    const detail = { rule, detail: `: ${shown} and ${JSON.stringify(other)}`, change: { before, after } } as const;
    if (other === first)
      warnings.add("class names that stand under several numbers, merged into the first", "classes", detail);
    else
      warnings.add("classes whose names differ in outer white space or Unicode form alone, merged", "classes", detail);
  }
  if (others.length > 0 || first.normalize() === name) return;
  const change = { before: shown, after };
  warnings.add("class names with white space around them, trimmed", "classes", { rule, detail: `: ${shown}`, change });
}

function refuseEmpty(k: number, count: number, found: readonly FoundImage[]): never {
  const object = found.flatMap(({ objects }) => objects).find((each) => each.class === k);
  const where = object ? `${object.where}: its class` : `class ${k + 1} of ${count}`;
  throw new AnchorkitError(`${where} has a name of white space alone; give it one`);
}
