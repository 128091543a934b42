import { readdir } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { groupBy, shownPath, withoutExtension } from "../../files.ts";
import { type Alike, NameIndex } from "../../finding/nameIndex.ts";
import { nearestTo } from "../../finding/nearest.ts";
import { severalFit } from "../../finding/severalFit.ts";
import { mapParallel } from "../../parallel.ts";
import type { Warnings } from "../../warnings.ts";

/** Label files that are alike to an image. */
interface Fit {
  files: readonly string[];
  /** How alike: the smaller, the more. */
  rank: number;
  /** Whether they lie neither beside the image nor in its folder of labels. */
  isFar: boolean;
}

/**
 * The label file of each image: in the folder `labels` in place of the last `images` of its path, else beside it, else
 * the nearest one of those that may lie anywhere. Its name is the image's, with or without the image's ending; Unicode
 * form and letter case do not count (see `NameIndex`), unless it is more alike to another image's name.
 *
 * @param elsewhere label files that may be of images in any folder
 * @param lookBeside false where the images lie in a folder of their own, whose texts are not theirs
 * @returns of each image `{}` where there is none, and undefined where it is not clear which one it is
 * @throws AnchorkitError where it is not clear, unless an observer is told
 */
export async function labelFilesOf(
  images: readonly string[],
  elsewhere: readonly string[],
  lookBeside: boolean,
  warnings: Warnings,
): Promise<({ file?: string } | undefined)[]> {
  const near = lookBeside ? await nearFits(images) : new Map<string, Fit>();
  const anywhere = indexOf(elsewhere);
  const fits = images.map((image) => near.get(image) ?? farFit(image, anywhere));
  const claims = groupBy(
    fits.flatMap((fit, i) => (fit?.files.length === 1 ? [{ image: images[i] ?? "", fit }] : [])),
    ({ fit }) => fit.files[0] ?? "",
  );
  const owners = new Map<string, Set<string>>();
  for (const [file, all] of claims) {
    const best = Math.min(...all.map(({ fit }) => fit.rank));
    const own = all.filter(({ fit }) => fit.rank === best);
    owners.set(file, new Set(own.map(({ image }) => image)));
    const folders = new Set(own.map(({ image }) => dirname(image)));
    if (folders.size < 2 || !own.some(({ fit }) => fit.isFar)) continue;
    const where = shownPath(file);
    const error = severalFit(where, basename(file), own.map(({ image }) => image)); // prettier-ignore
    warnings.fail(error, "several-images", where);
    owners.delete(file);
  }
  return images.map((image, i) => {
    const [file, ...others] = fits[i]?.files ?? [];
    if (file === undefined) return {};
    if (others.length > 0) {
      const where = shownPath(image);
      const all = [file, ...others].slice(0, 3).map(shownPath).join(", ");
      const error = new AnchorkitError(`${where}: ${others.length + 1} label files fit: ${all}; keep one of them`);
      warnings.fail(error, "two-label-files", where);
      return undefined;
    }
    const own = owners.get(file);
    return own && (own.has(image) ? { file } : {});
  });
}

/** The label files in the folder of labels, else beside the image. Each folder is listed once. */
async function nearFits(images: readonly string[]): Promise<Map<string, Fit>> {
  const folders = [...new Set(images.map(dirname))];
  const indices = await mapParallel(folders, 8, async (folder) =>
    Promise.all([...labelFolders(folder), folder].map(async (one) => indexOf(await textsIn(one)))),
  );
  const ofFolder = new Map(folders.map((folder, i) => [folder, indices[i] ?? []]));
  const fits = new Map<string, Fit>();
  for (const image of images) {
    for (const index of ofFolder.get(dirname(image)) ?? []) {
      const [found] = index.find(basename(image));
      if (!found) continue;
      fits.set(image, { files: found.items, rank: found.degree, isFar: false });
      break;
    }
  }
  return fits;
}

function farFit(image: string, anywhere: NameIndex<string>): Fit | undefined {
  const found = anywhere.find(image);
  const [best] = found;
  if (!best) return undefined;
  const all: readonly string[] = found.length === 1 ? best.items : found.flatMap(({ items }) => items);
  return { files: nearestTo(dirname(image), all), rank: rankOfFar(found), isFar: true };
}

/** Behind all that are near: by how alike the names are, then by how many folders are. */
function rankOfFar(found: readonly Alike<string>[]): number {
  return Math.min(...found.map(({ degree, folders }) => 10 + degree + 1 / (2 + folders)));
}

/** The folders that hold the labels of a folder of images: "labels" in place of the last "images" in its path. */
export function labelFolders(folder: string): string[] {
  const parts = folder.split(sep);
  const at = parts.findLastIndex((part) => part.toLowerCase() === "images");
  return at < 0 ? [] : [...new Set(["labels", "Labels"])].map((name) => parts.with(at, name).join(sep));
}

/** An index of label files by the names of their images. */
function indexOf(texts: readonly string[]): NameIndex<string> {
  return new NameIndex(texts, withoutExtension);
}

async function textsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const texts = entries.filter((entry) => !entry.isDirectory() && /\.txt$/i.test(entry.name));
  return texts.map(({ name }) => join(folder, name)).sort();
}
