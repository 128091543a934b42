import type { Warnings } from "../../warnings.ts";
import type { CocoFile } from "./cocoFile.ts";

/**
 * Takes out categories that are no classes: Roboflow begins each file with one called as the project, the supercategory
 * of the others, without objects; where there is one class, they may have the same name.
 */
export function leaveOutGroups(files: readonly { name: string; file: CocoFile }[], warnings: Warnings): void {
  const used = new Set(
    files.flatMap(({ file: { annotations, images, categories } }) => {
      const ids = new Set(annotations.map(({ category_id: id }) => id));
      for (const image of images) for (const id of image.category_ids ?? []) ids.add(id);
      return categories.filter(({ id }) => ids.has(id)).map(({ id, name }) => JSON.stringify([id, name]));
    }),
  );
  for (const { file, name: where } of files) {
    const groups = new Set(
      file.categories.filter(({ id, name }) => {
        const isGroup = file.categories.some((other) => other.id !== id && other.supercategory === name);
        return isGroup && !used.has(JSON.stringify([id, name]));
      }),
    );
    file.categories = file.categories.filter((category) => !groups.has(category));
    for (const { id, name } of groups) {
      const what = "categories that are a group of others and have no objects, left out";
      warnings.add(what, `${where}: "${name}", id ${id}`);
    }
  }
}

/** The classes of all files, those of the same name in several files one; and of each file, the class of a category id. */
export function joinCategories(files: readonly CocoFile[]): {
  classes: string[];
  categoryIds?: number[];
  classOf: ReadonlyMap<number, number>[];
} {
  const categories: CocoFile["categories"] = [];
  const clashing = new Set<string>();
  const classOf = files.map((file, at) => {
    const earlier = at === 0 ? 0 : categories.length;
    return new Map(
      file.categories.map(({ id, name }) => {
        const known = categories.findIndex((category, i) => i < earlier && category.name === name);
        if (known >= 0 && categories[known]?.id !== id) clashing.add(name);
        return [id, known >= 0 ? known : categories.push({ id, name }) - 1] as const;
      }),
    );
  });
  const categoryIds = categories.map(({ id }) => id);
  const classes = categories.map(({ name }) => name);
  const unique = clashing.size === 0 && new Set(categoryIds).size === categoryIds.length;
  return { classes, ...(unique && { categoryIds }), classOf };
}
