import { basename } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { countOf } from "../../../base/words.ts";
import { groupBy, isImageName, listFiles, shownPath, withoutExtension } from "../../files.ts";
import { folded, pathParts } from "../../finding/imageName.ts";
import { withoutMaskEnding } from "../../formats/masks/maskFiles.ts";

/** A folder of masks alone. */
export interface MaskFiles {
  folder: string;
  masks: string[];
  /** All that lies there: a list of classes may be among it. */
  files: string[];
}

/**
 * The masks in a folder and those below it. Where a PNG and a JPEG have the same name, the JPEG is a picture.
 *
 * @throws AnchorkitError where there are none
 */
export async function maskFilesIn(folder: string): Promise<MaskFiles> {
  const files = await listFiles(folder);
  const images = files.filter(isImageName);
  const lossless = new Set(images.filter((file) => !isJpeg(file)).map(withoutExtension));
  const masks = images.filter((file) => !isJpeg(file) || !lossless.has(withoutExtension(file)));
  if (masks.length === 0) throw new AnchorkitError(`${shownPath(folder)}: holds no masks; save them as PNG`);
  return { folder, masks, files };
}

/** By its name. */
function isJpeg(file: string): boolean {
  return /\.jpe?g$/i.test(file);
}

/** What masks of people's tools are called beside their image. */
const PREDICTION_ENDING = /[_-](?:pred(?:iction|icted)?s?|results?|out(?:put)?)$/i;

/**
 * The predicted mask of each file: of the same name, whatever the extension and letter case, or but for an ending such as
 * `_mask` or `_pred`. Of several, it is the one whose folders are called alike.
 *
 * @param truth the images, or their masks
 * @param known all files that may have a prediction; more than `truth` where a part of them is compared
 * @throws AnchorkitError for those without a prediction and predictions of nothing, counted, and names that two share
 */
export function pairByName(
  truth: readonly string[],
  { folder, masks }: MaskFiles,
  known: readonly string[] = truth,
): string[] {
  const find = finderIn(masks);
  const missing = truth.filter((file) => find(file).length === 0);
  const [first] = missing;
  if (first !== undefined) {
    const others = missing.length === 1 ? "" : `, and none of ${countOf(missing.length - 1, "other image")}`;
    throw new AnchorkitError(
      `${shownPath(folder)}: has no mask of ${shownPath(first)}${others}; predict all images, or take these out of the labels`,
    );
  }
  const pairs = truth.map((file) => closest(file, find(file)));
  const taken = new Map<string, string>();
  for (const [i, mask] of pairs.entries()) {
    const file = truth[i] as string;
    const other = taken.get(mask);
    if (other !== undefined) {
      const both = `${shownPath(other)} and ${shownPath(file)}`;
      throw new AnchorkitError(
        `${shownPath(mask)}: is the mask of ${both}; give the masks the folders of their images`,
      );
    }
    taken.set(mask, file);
  }
  const names = new Set(known.flatMap((file) => [nameOf(file), plainNameOf(file)]));
  const alone = masks.filter((mask) => !names.has(nameOf(mask)) && !names.has(plainNameOf(mask)));
  const [unpaired] = alone;
  if (unpaired !== undefined) {
    const others = alone.length === 1 ? "" : ` (and ${countOf(alone.length - 1, "more mask")})`;
    throw new AnchorkitError(
      `${shownPath(unpaired)}: is a mask of no image of the labels${others}; take it out, or name it as its image is`,
    );
  }
  return pairs;
}

/**
 * The image of each mask, found by its name in the same way; other images may lie there, too.
 *
 * @throws AnchorkitError for masks without an image, counted, and for names that two images share
 */
export async function imagesByName(masks: readonly string[], folder: string): Promise<string[]> {
  const find = finderIn((await listFiles(folder)).filter(isImageName));
  const missing = masks.filter((mask) => find(mask).length === 0);
  const [first] = missing;
  if (first === undefined) return masks.map((mask) => closest(mask, find(mask)));
  const others = missing.length === 1 ? "" : ` (and of ${countOf(missing.length - 1, "more mask")})`;
  throw new AnchorkitError(
    `${shownPath(folder)}: has no image of ${shownPath(first)}${others}; add it, or give no images`,
  );
}

/** Those of some files that are of the same name as another. */
function finderIn(files: readonly string[]): (file: string) => string[] {
  const exact = groupBy(files, nameOf);
  const alike = groupBy(files, plainNameOf);
  return (file) => exact.get(nameOf(file)) ?? alike.get(plainNameOf(file)) ?? [];
}

function nameOf(file: string): string {
  return folded(withoutExtension(basename(file)));
}

function plainNameOf(file: string): string {
  return withoutMaskEnding(nameOf(file).replace(PREDICTION_ENDING, ""));
}

/** The mask whose folders, from the innermost, are called as those of the file. */
function closest(file: string, masks: readonly string[]): string {
  const depths = masks.map((mask) => commonFolders(file, mask));
  const deepest = Math.max(...depths);
  const [best, other] = masks.filter((_, i) => depths[i] === deepest);
  if (best === undefined || other === undefined) return best ?? "";
  throw new AnchorkitError(`${shownPath(other)}: belongs to ${shownPath(file)}, as ${shownPath(best)} does; keep one`);
}

function commonFolders(a: string, b: string): number {
  const [one, other] = [foldersOf(a), foldersOf(b)];
  const differs = one.findIndex((folder, i) => folder !== other[i]);
  return differs === -1 ? one.length : differs;
}

/** The innermost first. */
function foldersOf(path: string): string[] {
  return pathParts(path).slice(0, -1).reverse();
}
