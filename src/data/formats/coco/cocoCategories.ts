import type { Warnings } from "../../warnings.ts";
import type { CocoFile } from "./cocoFile.ts";

/** The classes of several files. */
export interface JoinedCategories {
  classes: string[];
  /** The category id of each class, where these are whole numbers, and the same in all files. */
  categoryIds?: number[];
  /** Of each file, the class of each of its categories; undefined for one that is no class. */
  classOf: (number | undefined)[][];
}

/**
 * The classes of all files, those of the same name in several files one.
 *
 * Categories that are no classes are left out: Roboflow begins each file with one called as the project, the
 * supercategory of the others, without objects; where there is one class, they may have the same name.
 */
export function joinCategories(
  files: readonly { name: string; file: CocoFile }[],
  warnings: Warnings,
): JoinedCategories {
  const groups = groupsIn(files, warnings);
  const joined: CocoFile["categories"] = [];
  const clashing = new Set<string>();
  const classOf = files.map(({ file: { categories } }, at) => {
    const earlier = at === 0 ? 0 : joined.length;
    return categories.map((category) => {
      if (groups.has(category)) return undefined;
      const { id, name } = category;
      const known = joined.findIndex((other, i) => i < earlier && other.name === name);
      if (known >= 0 && joined[known]?.id !== id) clashing.add(name);
      return known >= 0 ? known : joined.push(category) - 1;
    });
  });
  const categoryIds = joined.map(({ id }) => id).filter((id) => typeof id === "number");
  const isUnique = clashing.size === 0 && new Set(categoryIds).size === joined.length;
  return { classes: joined.map(({ name }) => name), ...(isUnique && { categoryIds }), classOf };
}

function groupsIn(files: readonly { name: string; file: CocoFile }[], warnings: Warnings): Set<unknown> {
  const used = new Set<string>();
  for (const { file } of files) for (const key of usedIn(file)) used.add(key);
  const groups = new Set<unknown>();
  for (const { name: where, file } of files) {
    for (const category of file.categories) {
      const { id, name } = category;
      const isGroup = file.categories.some((other) => other.id !== id && other.supercategory === name);
      if (!isGroup || used.has(keyOf(category))) continue;
      groups.add(category);
      const what = "categories that are a group of others and have no objects, left out";
      warnings.add(what, `${where}: "${name}", id ${id}`);
    }
  }
  return groups;
}

/** Categories that objects or images have: the same id and name in another file is the same category. */
function usedIn({ images, categories }: CocoFile): Set<string> {
  const places = new Set<number>();
  for (const { annotations, labels = [] } of images) {
    for (const { category } of annotations) places.add(category);
    for (const category of labels) places.add(category);
  }
  return new Set(categories.filter((_, place) => places.has(place)).map(keyOf));
}

function keyOf({ id, name }: CocoFile["categories"][number]): string {
  return JSON.stringify([id, name]);
}
