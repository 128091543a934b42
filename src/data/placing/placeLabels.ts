import { AnchorkitError } from "../../base/errors.ts";
import type { Size } from "../../base/preprocessing.ts";
import type { Dataset, ImageRecord, LabelledObject } from "../dataset.ts";
import { tidyClasses } from "./classNames.ts";
import { distinctImages } from "./distinctImages.ts";
import type { FoundImage, FoundObject } from "./found.ts";
import { shownPath } from "../files.ts";
import { type ImageHeader, readImageHeader } from "../images/images.ts";
import { mapParallel } from "../parallel.ts";
import { type LabelPlacement, placeBox, shownBox } from "./placement.ts";
import { placeMask, placeSegmentation } from "./placeSegmentation.ts";
import { NothingLeftError, type Warnings } from "../warnings.ts";

type Box = LabelledObject["box"];

/** Boxes that leave the image by no more than this many pixels are rounded, not wrong: COCO keeps two decimals. */
const ROUNDING = 0.02;

/**
 * Compares labels with the images they belong to and brings every box and segmentation to pixels of the image as it is shown.
 *
 * Each image's header is read. Labels made on the photo as it is stored, before EXIF orientation, are turned with it:
 * the size in the label file tells; where it cannot (turned by 180 degrees, mirrored, square), the other files of the
 * same data set decide, and if they cannot either, the labels are taken to be of the image as it is shown. Labels made
 * on a larger or smaller copy of the same aspect are scaled. Boxes are clipped to the image. Names of classes are tidied
 * (`tidyClasses`).
 *
 * Everything mended or left out is counted in `warnings`: images that cannot be read, boxes without an area, boxes
 * outside.
 *
 * @throws AnchorkitError when two records are of one image, when there are images and not one can be read, and for a
 * class without a name
 */
export async function placeLabels(
  labelled: readonly FoundImage[],
  said: Pick<Dataset, "classes" | "categoryIds">,
  warnings: Warnings,
): Promise<Dataset> {
  const { found, classes } = tidyClasses(distinctImages(labelled, warnings), said, warnings);
  const headers = await mapParallel(found, 8, async (image) => {
    try {
      return await readImageHeader(image.frames?.[0]?.file ?? image.file);
    } catch (error) {
      if (!(error instanceof AnchorkitError)) throw error;
      return error;
    }
  });
  const storedFrame = labelledAsStored(found, headers);
  const images: ImageRecord[] = [];
  for (const [i, image] of found.entries()) {
    const header = headers[i];
    if (header instanceof AnchorkitError) {
      const where = shownPath(image.frames?.[0]?.file ?? image.file);
      const reason = header.message.replace(`${where}: `, "");
      warnings.add("images that cannot be read, left out", where, { rule: "unreadable-image", detail: `: ${reason}` });
    } else if (header) images.push(placeImage(image, header, storedFrame, warnings));
  }
  const failure = headers.find((header) => header instanceof AnchorkitError);
  if (images.length === 0 && failure) throw new NothingLeftError(`no image can be read: ${failure.message}`);
  warnAlikeClasses(classes.classes, warnings);
  return { ...classes, images };
}

function placeImage(image: FoundImage, header: ImageHeader, storedFrame: boolean, warnings: Warnings): ImageRecord {
  const { objects: found, labelledSize: _, frame: __, where: ___, ignored, ...record } = image;
  const placement = placementOf(image, header, storedFrame, warnings);
  const objects = found.map((object) => placeObject(object, placement, header, warnings));
  const { width, height } = header;
  const unlabelled = ignored && placeMask(ignored, placement, header);
  if (ignored && !unlabelled) warnings.add("pixels to ignore of another size than their image, left out", image.where);
  const placed = {
    ...{ ...record, width, height, objects: objects.filter((o) => o !== undefined) },
    ...(unlabelled && { ignored: unlabelled }),
  };
  warnings.observer?.placed(placed, image.where);
  return placed;
}

function placeObject(
  { where, segmentation, ...object }: FoundObject,
  placement: LabelPlacement,
  size: Size,
  warnings: Warnings,
): LabelledObject | undefined {
  const whole = placeBox(object.box, placement);
  const [x1, y1, x2, y2] = whole;
  if (x1 >= x2 || y1 >= y2) {
    const change = { before: shownBox(whole), after: "" };
    warnings.add("boxes without an area, left out", where, { rule: "zero-area", change });
    return undefined;
  }
  const box: Box = [Math.max(0, x1), Math.max(0, y1), Math.min(size.width, x2), Math.min(size.height, y2)];
  if (box[0] >= box[2] || box[1] >= box[3]) {
    const change = { before: shownBox(whole), after: "" };
    warnings.add("boxes outside their image, left out", where, { rule: "outside", detail: inImage(size), change });
    return undefined;
  }
  const placed: LabelledObject = { ...object, box };
  const outline = segmentation && placeSegmentation(segmentation, placement, size);
  if (outline) placed.segmentation = outline;
  else if (segmentation) warnings.add("outlines outside their image or of another size, left out, boxes kept", where);
  warnings.observer?.placed(placed, where);
  const overhang = Math.max(...box.map((corner, i) => Math.abs(corner - (whole[i] ?? 0))));
  if (overhang <= ROUNDING) return placed;
  const change = { before: shownBox(whole), after: shownBox(box) };
  const detail = inImage(size);
  warnings.add("boxes partly outside their image, clipped", where, { rule: "partly-outside", detail, change });
  delete placed.area; // it was the whole object's
  return placed;
}

/** The way of the labels to pixels of the image as it is shown. */
function placementOf(found: FoundImage, header: ImageHeader, storedFrame: boolean, warnings: Warnings): LabelPlacement {
  const asTheyAre = scaled(1, 1, header);
  if (found.frame === "fraction") return scaled(header.width, header.height, header);
  const labelled = found.labelledSize;
  const turned = header.orientation > 1;
  const stored = storedSize(header);
  if (!labelled || sameSize(labelled, header)) {
    if (!turned || found.frame === "shown" || (labelled && !sameSize(labelled, stored))) return asTheyAre;
    if (storedFrame) return asShown(found, header, warnings);
    const what = "labels of photos that EXIF turns or mirrors, taken to be of the photo as shown";
    warnings.add(what, found.where, { rule: "unknown-frame", change: { before: "", after: "as shown" } });
    return asTheyAre;
  }
  if (sameSize(labelled, stored)) return asShown(found, header, warnings);
  const detail = ` says ${shownSize(labelled)}, the image is ${shownSize(header)}`;
  const change = { before: shownSize(labelled), after: shownSize(header) };
  if (sameAspect(labelled, header) && found.objects.every(({ box }) => isWithin(box, labelled))) {
    const what = "images resized after they were labelled, boxes scaled";
    warnings.add(what, found.where, { rule: "resized", detail, change });
    return scaled(header.width / labelled.width, header.height / labelled.height, header);
  }
  const what = "images of another size than their labels say, boxes taken as pixels of the image";
  warnings.add(what, found.where, { rule: "other-size", detail, change });
  return asTheyAre;
}

function asShown(found: FoundImage, header: ImageHeader, warnings: Warnings): LabelPlacement {
  const change = { before: "as stored", after: `turned by EXIF orientation ${header.orientation}` };
  const what = "labels of photos as stored, turned with the photo's EXIF orientation";
  warnings.add(what, found.where, { rule: "stored-frame", change });
  return { scaleX: 1, scaleY: 1, orientation: header.orientation, stored: storedSize(header) };
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
    const folded = name.toLowerCase();
    const other = known.get(folded);
    if (other !== undefined) {
      const what = "classes that differ in case alone, kept apart";
      warnings.add(what, `"${other}" and "${name}"`, { rule: "alike-classes" });
    } else known.set(folded, name);
  }
}

function shownSize({ width, height }: Size): string {
  return `${width} x ${height}`;
}

function inImage(size: Size): string {
  return ` in an image of ${shownSize(size)}`;
}

function scaled(byX: number, byY: number, header: ImageHeader): LabelPlacement {
  return { scaleX: byX, scaleY: byY, orientation: 1, stored: header };
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
