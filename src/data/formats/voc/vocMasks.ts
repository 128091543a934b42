import { basename, dirname, join } from "node:path";
import { maskBox } from "../../../geometry/masks/maskExtent.ts";
import { IGNORED } from "../../../geometry/masks/labelMap.ts";
import type { Rle } from "../../../geometry/masks/rle.ts";
import { shownPath, stemOf } from "../../files.ts";
import type { Warnings } from "../../warnings.ts";
import { readRegions } from "../masks/maskRegions.ts";
import type { VocObject } from "./vocXml.ts";

/** Folders of the VOC devkit whose pictures are masks, named as the photos are. */
const MASK_FOLDER = /^Segmentation(Class|Object)/;

/** The one whose pixels are the numbers of objects, in the order of the XML. */
const OBJECT_FOLDER = "SegmentationObject";
const CLASS_FOLDER = "SegmentationClass";

/** So much of an object's mask at least lies in its box; with less they are not of one object. */
const SHARE_IN_BOX = 0.5;

/** Whether a picture is a mask of the devkit's, by its folder. */
export function isDevkitMask(path: string): boolean {
  return MASK_FOLDER.test(basename(dirname(path)));
}

/**
 * The mask of objects of an image, `SegmentationObject/a.png` for `JPEGImages/a.jpg`, if it is among the files. A mask of
 * classes alone does not say which pixels are of which object: it is counted in `warnings`.
 */
export function objectMaskOf(image: string, files: ReadonlySet<string>, warnings: Warnings): string | undefined {
  const [mask, ofClasses] = [OBJECT_FOLDER, CLASS_FOLDER].map((folder) =>
    join(dirname(dirname(image)), folder, `${stemOf(image)}.png`),
  ) as [string, string];
  if (files.has(mask)) return mask;
  if (files.has(ofClasses)) {
    warnings.add(
      "masks of classes, passed by, which label import --from masks reads in place of XML",
      shownPath(ofClasses),
    );
  }
  return undefined;
}

/**
 * Gives the objects of an XML the pixels that the devkit's mask of objects has for them: i for the i-th object, 255 where
 * pixels are to be ignored. What one has and the other lacks is counted in `warnings`.
 *
 * @throws AnchorkitError naming the mask when it cannot be read, or is of another shape than the image
 */
export async function withMasks(
  objects: readonly VocObject[],
  { image, mask }: { image: string; mask: string },
  warnings: Warnings,
): Promise<{ objects: VocObject[]; ignored?: Rle }> {
  const { regions } = await readRegions({ file: image, objects: mask }, false, warnings);
  const left = new Map(regions.map((region) => [region.objectValue, region.mask]));
  const take = (value: number): Rle | undefined => {
    const found = left.get(value);
    left.delete(value);
    return found;
  };
  take(0);
  const ignored = take(IGNORED);
  const outlined = objects.map((object): VocObject => {
    const segmentation = take(object.number);
    if (segmentation && isIn(segmentation, object.box)) return { ...object, segmentation };
    const what = segmentation
      ? "masks of objects that lie elsewhere than the boxes of these, left out (are they in the order of the XML?)"
      : "objects of which the image's mask of objects has no pixel, boxes kept";
    warnings.add(what, `${shownPath(mask)}: object ${object.number}`);
    return object;
  });
  for (const value of left.keys()) {
    warnings.add("masks of objects that the XML lacks, left out", `${shownPath(mask)}: object ${value}`);
  }
  return { objects: outlined, ...(ignored && { ignored }) };
}

/** Whether most of the box around the mask lies in the object's. */
function isIn(mask: Rle, [left, top, right, bottom]: VocObject["box"]): boolean {
  const [x1, y1, x2, y2] = maskBox(mask);
  const width = Math.min(x2, right) - Math.max(x1, left);
  const height = Math.min(y2, bottom) - Math.max(y1, top);
  return Math.max(0, width) * Math.max(0, height) >= SHARE_IN_BOX * (x2 - x1) * (y2 - y1);
}
