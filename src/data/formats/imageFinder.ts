import { basename, dirname, resolve } from "node:path";
import { groupBy, isImageName, kindOf, stemOf } from "../files.ts";

/**
 * The image file that a label file names: none where it is not there, several where they fit the name equally well.
 *
 * @param names as the label file has it, or in several spellings, the likeliest first; slashes of either kind
 * @param from the label file
 */
export type FindImage = (names: readonly string[], from: string) => Promise<string[]>;

/**
 * Finds images by the names that label files give them, which are often paths of another machine. A path that leads
 * there from the label file is taken; else the file of that name whose folders agree with the path's, from the end, in
 * most parts; among several such the one in the label file's own folder; and last the path itself, outside of `images`.
 */
export function imageFinder(images: readonly string[]): FindImage {
  const known = new Map(images.map((file) => [file.normalize(), file]));
  const byFullName = groupBy(images, (file) => basename(file).normalize());
  const amongThem = (name: string, from: string): string[] => {
    const parts = partsOf(name);
    const direct = known.get(resolve(dirname(from), parts.join("/")));
    if (direct !== undefined) return [direct];
    const alike = byFullName.get(parts.at(-1) ?? "") ?? [];
    const agreement = alike.map((file) => commonEnd(parts, partsOf(file)));
    const best = alike.filter((_, i) => agreement[i] === Math.max(...agreement));
    const beside = best.filter((file) => dirname(file) === dirname(resolve(from)));
    return beside.length > 0 ? beside : best;
  };
  return async (names, from) => {
    for (const name of names) {
      const found = amongThem(name, from);
      if (found.length > 0) return found;
    }
    for (const name of names) {
      const direct = resolve(dirname(from), name.replaceAll("\\", "/"));
      if (isImageName(direct) && (await kindOf(direct)) === "file") return [direct];
    }
    return [];
  };
}

/** Finds images by the name of a label file: the same without extension, the one in its folder if there are several. */
export function stemFinder(images: readonly string[]): (labelFile: string) => string | undefined {
  const byStem = groupBy(images, (image) => stemOf(image).normalize());
  return (labelFile) => {
    const alike = byStem.get(stemOf(labelFile).normalize()) ?? [];
    const beside = alike.filter((file) => dirname(file) === dirname(resolve(labelFile)));
    const [first, ...others] = beside.length > 0 ? beside : alike;
    return others.length > 0 ? undefined : first;
  };
}

function partsOf(path: string): string[] {
  return path.normalize().split(/[\\/]/);
}

/** How many parts, from the last, are the same. */
function commonEnd(a: readonly string[], b: readonly string[]): number {
  let count = 0;
  while (count < Math.min(a.length, b.length) && a.at(-1 - count) === b.at(-1 - count)) count++;
  return count;
}
