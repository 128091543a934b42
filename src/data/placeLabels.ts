import { AnchorkitError } from "../base/errors.ts";
import type { Dataset, ImageRecord, LabelledObject } from "./dataset.ts";
import type { FoundImage, FoundObject } from "./formats/format.ts";
import { type ImageHeader, readImageHeader } from "./images.ts";
import { mapParallel } from "./parallel.ts";
import type { Warnings } from "./warnings.ts";

type Box = LabelledObject["box"];
type Size = { width: number; height: number };

/** Boxes that leave the image by no more than this many pixels are rounded, not wrong: COCO keeps two decimals. */
const ROUNDING = 0.02;

/**
 * Compares labels with the images they belong to and brings every box to pixels of the image as it is shown.
 *
 * Each image's header is read. Labels made on the photo as it is stored, before EXIF orientation, are turned with it:
 * the size in the label file tells; where it cannot (turned by 180 degrees, mirrored, square), the other files of the
 * same data set decide, and if they cannot either, the labels are taken to be of the image as it is shown. Labels made
 * on a larger or smaller copy of the same aspect are scaled. Boxes are clipped to the image.
 *
 * Everything mended or left out is counted in `warnings`: images that cannot be read, boxes without an area, boxes
 * outside.
 *
 * @throws AnchorkitError when there are images and not one can be read.
 */
export async function placeLabels(
  found: readonly FoundImage[],
  classes: Pick<Dataset, "classes" | "categoryIds">,
  warnings: Warnings,
): Promise<Dataset> {
  const headers = await mapParallel(found, 8, async (image) => {
    try {
      return await readImageHeader(image.file);
    } catch (error) {
      if (!(error instanceof AnchorkitError)) throw error;
      return error;
    }
  });
  const storedFrame = labelledAsStored(found, headers);
  const images: ImageRecord[] = [];
  for (const [i, image] of found.entries()) {
    const header = headers[i];
    if (header instanceof AnchorkitError) warnings.add("images that cannot be read, left out", header.message);
    else if (header) images.push(placeImage(image, header, storedFrame, warnings));
  }
  const failure = headers.find((header) => header instanceof AnchorkitError);
  if (images.length === 0 && failure) throw new AnchorkitError(`no image can be read: ${failure.message}`);
  warnAlikeClasses(classes.classes, warnings);
  return { ...classes, images };
}

function placeImage(found: FoundImage, header: ImageHeader, storedFrame: boolean, warnings: Warnings): ImageRecord {
  const toShown = frameOf(found, header, storedFrame, warnings);
  const objects: LabelledObject[] = [];
  for (const object of found.objects) {
    const placed = placeObject(object, toShown, header, warnings);
    if (placed) objects.push(placed);
  }
  const { id, file, split, verified } = found;
  return {
    ...{ id, file, width: header.width, height: header.height, objects },
    ...(split !== undefined && { split }),
    ...(verified !== undefined && { verified }),
  };
}

function placeObject(
  { where, ...object }: FoundObject,
  toShown: (box: Box) => Box,
  size: Size,
  warnings: Warnings,
): LabelledObject | undefined {
  const whole = toShown(object.box);
  const [x1, y1, x2, y2] = whole;
  if (x1 >= x2 || y1 >= y2) {
    warnings.add("boxes without an area, left out", where);
    return undefined;
  }
  const box: Box = [Math.max(0, x1), Math.max(0, y1), Math.min(size.width, x2), Math.min(size.height, y2)];
  if (box[0] >= box[2] || box[1] >= box[3]) {
    warnings.add("boxes outside their image, left out", `${where} in an image of ${size.width} x ${size.height}`);
    return undefined;
  }
  const overhang = Math.max(...box.map((corner, i) => Math.abs(corner - (whole[i] ?? 0))));
  if (overhang <= ROUNDING) return { ...object, box };
  warnings.add("boxes partly outside their image, clipped", `${where} in an image of ${size.width} x ${size.height}`);
  const clipped: LabelledObject = { ...object, box };
  delete clipped.area; // it was the whole object's
  return clipped;
}

/** The function that takes a box of the label file to pixels of the image as it is shown. */
function frameOf(found: FoundImage, header: ImageHeader, storedFrame: boolean, warnings: Warnings): (box: Box) => Box {
  if (found.frame === "fraction") return scaled(header.width, header.height);
  const labelled = found.labelledSize;
  const turned = header.orientation > 1;
  const stored = storedSize(header);
  if (!labelled || sameSize(labelled, header)) {
    if (!turned || found.frame === "shown" || (labelled && !sameSize(labelled, stored))) return (box) => box;
    if (storedFrame) return asShown(found, header, warnings);
    warnings.add("labels of photos that EXIF turns or mirrors, taken to be of the photo as shown", found.where);
    return (box) => box;
  }
  if (sameSize(labelled, stored)) return asShown(found, header, warnings);
  const said = `${found.where} says ${labelled.width} x ${labelled.height}, the image is ${header.width} x ${header.height}`;
  if (sameAspect(labelled, header) && found.objects.every(({ box }) => isWithin(box, labelled))) {
    warnings.add("images resized after they were labelled, boxes scaled", said);
    return scaled(header.width / labelled.width, header.height / labelled.height);
  }
  warnings.add("images of another size than their labels say, boxes taken as pixels of the image", said);
  return (box) => box;
}

function asShown(found: FoundImage, header: ImageHeader, warnings: Warnings): (box: Box) => Box {
  warnings.add("labels of photos as stored, turned with the photo's EXIF orientation", found.where);
  return (box) => orientBox(box, storedSize(header), header.orientation);
}

/**
 * Takes a box of the stored pixels to the image as EXIF says it is shown.
 *
 * @param size the stored width and height
 * @param orientation 1 to 8, as in the EXIF standard (tag 0x0112)
 */
export function orientBox([x1, y1, x2, y2]: Box, size: Size, orientation: number): Box {
  const { width, height } = size;
  switch (orientation) {
    case 2:
      return [width - x2, y1, width - x1, y2];
    case 3:
      return [width - x2, height - y2, width - x1, height - y1];
    case 4:
      return [x1, height - y2, x2, height - y1];
    case 5:
      return [y1, x1, y2, x2];
    case 6:
      return [height - y2, x1, height - y1, x2];
    case 7:
      return [height - y2, width - x2, height - y1, width - x1];
    case 8:
      return [y1, width - x2, y2, width - x1];
    default:
      return [x1, y1, x2, y2];
  }
}

/** Whether the files whose size tells were labelled on the stored pixels, more of them than on the shown ones. */
function labelledAsStored(found: readonly FoundImage[], headers: readonly (ImageHeader | Error)[]): boolean {
  let votes = 0;
  for (const [i, { labelledSize }] of found.entries()) {
    const header = headers[i];
    if (!labelledSize || !header || header instanceof Error || sameSize(header, storedSize(header))) continue;
    if (sameSize(labelledSize, header)) votes--;
    else if (sameSize(labelledSize, storedSize(header))) votes++;
  }
  return votes > 0;
}

function warnAlikeClasses(classes: readonly string[], warnings: Warnings): void {
  const known = new Map<string, string>();
  for (const name of classes) {
    const folded = name.trim().toLowerCase();
    const other = known.get(folded);
    if (other !== undefined) {
      warnings.add("classes that differ in case or outer spaces alone, kept apart", `"${other}" and "${name}"`);
    } else known.set(folded, name);
  }
}

function scaled(byX: number, byY: number): (box: Box) => Box {
  return ([x1, y1, x2, y2]) => [x1 * byX, y1 * byY, x2 * byX, y2 * byY];
}

function storedSize({ width, height, orientation }: ImageHeader): Size {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

function sameSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height;
}

/** Whether one is a resized copy of the other, sides rounded to whole pixels. */
function sameAspect(a: Size, b: Size): boolean {
  return Math.abs((a.width * b.height) / (a.height * b.width) - 1) < 0.01;
}

function isWithin([, , x2, y2]: Box, size: Size): boolean {
  return x2 <= size.width && y2 <= size.height;
}
