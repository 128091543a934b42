import { dirname, resolve } from "node:path";
import type { Size } from "../../base/preprocessing.ts";
import { groupBy, isImageName, kindOf } from "../files.ts";
import { splitNamed, splitOfPath } from "../split/splitLists.ts";
import { folded, pathParts } from "./imageName.ts";
import { imagesOfSize } from "./imagesOfSize.ts";
import { type Alike, NameIndex, OTHER_ENDING } from "./nameIndex.ts";
import { nearestTo } from "./nearest.ts";

/** What a label file says of which image it means. */
export interface WantedImage {
  /** Its name or path as the label file has it, or in several spellings, the likeliest first; slashes of either kind. */
  names: readonly string[];
  /** The label file. */
  from: string;
  /** A folder or split that the image belongs to, such as CVAT's subset. */
  part?: string | undefined;
  /** The folders of others, for an image that belongs to none. */
  otherParts?: ReadonlySet<string> | undefined;
  /** Width and height as the label file says. */
  size?: Size | undefined;
}

/** The image file that is meant: none where it is not there, several where they fit equally well. */
export type FindImage = (wanted: WantedImage) => Promise<readonly string[]>;

/**
 * Finds images by what label files say of them, by one rule for all formats:
 *
 * 1. A path that leads to an image from the label file is taken; letter case and Unicode form do not count.
 * 2. Else those of the same name, or that differ in Unicode form, in letter case, or in their known endings, the most
 *    alike (see `NameIndex`); of these the ones whose folders agree with the path's, from the end, in most parts.
 * 3. Of several, those in the folder or split that the record names; else those in a folder like the label file's own,
 *    or nearest to it.
 * 4. Of several, those of the size that the label file says.
 *
 * @param images all that may be meant
 * @param folder where all of them are, whatever lies near the label files: paths start from there, and lead nowhere else
 */
export function imageFinder(images: readonly string[], folder?: string): FindImage {
  const leadTo = pathsTo(images);
  const index = new NameIndex(images, (file) => file);
  const isFolder = new Map<string, Promise<boolean>>();

  const outside = async (path: string): Promise<boolean> => {
    if (!isImageName(path)) return false;
    const around = dirname(path);
    const exists = isFolder.get(around) ?? kindOf(around).then((kind) => kind === "folder");
    isFolder.set(around, exists); // labels of another machine name thousands of paths in one folder that is not here
    return (await exists) && (await kindOf(path)) === "file";
  };

  return async ({ names: given, from, part, otherParts, size }) => {
    const names = [...new Set(given.flatMap((name) => [name, name.trim()]))].filter((name) => name !== "");
    const base = folder ?? dirname(resolve(from));
    const paths = names.flatMap((name) => [resolve(base, name), resolve(base, name.replaceAll("\\", "/"))]);
    for (const path of paths) {
      const found = leadTo(path);
      if (found !== undefined) return [found];
    }
    if (folder === undefined) for (const path of new Set(paths)) if (await outside(path)) return [path];

    const found = names.map((name) => index.find(name));
    for (const endings of [false, true]) {
      for (const [i, name] of names.entries()) {
        const all = itemsOf(found[i] ?? [], endings);
        if (all.length === 0) continue;
        if (all.length === 1) return all;
        const own = inPart(all, part, otherParts);
        const around = dirname(resolve(from));
        const isDecided = own.length > 0 && own.length < all.length;
        const likely = isDecided ? own : itemsOf(index.find(name, around), endings);
        return imagesOfSize(nearestTo(around, likely), size);
      }
    }
    return [];
  };
}

/** The same list for the same single degree, which `nearestTo` knows again. */
function itemsOf(found: readonly Alike<string>[], endings: boolean): readonly string[] {
  const likely = found.filter(({ degree }) => endings || degree < OTHER_ENDING);
  return likely.length === 1 ? (likely[0]?.items ?? []) : likely.flatMap(({ items }) => items);
}

/** The image that a path leads to, letter by letter, else in another Unicode form, else in other letter case. */
function pathsTo(images: readonly string[]): (path: string) => string | undefined {
  const known = new Set(images);
  const byPath = groupBy(images, folded);
  return (path) => {
    if (known.has(path)) return path;
    const alike = byPath.get(folded(path)) ?? [];
    const sameForm = alike.filter((file) => file.normalize() === path.normalize());
    const [first, ...others] = sameForm.length > 0 ? sameForm : alike;
    return others.length === 0 ? first : undefined;
  };
}

/** Of files, those in a folder that is called so or is of that split; for no part, those in no folder of another. */
function inPart(files: readonly string[], part = "", otherParts?: ReadonlySet<string>): readonly string[] {
  if (part === "" && !otherParts?.size) return files;
  const split = splitNamed(part);
  const name = folded(part);
  const others = new Set([...(otherParts ?? [])].map(folded));
  return files.filter((file) => {
    const folders = pathParts(dirname(file)).map(folded);
    if (part === "") return !folders.some((folder) => others.has(folder));
    return folders.includes(name) || (split !== undefined && splitOfPath(file) === split);
  });
}
