import { AnchorkitError } from "../../../base/errors.ts";
import { maskArea } from "../../../geometry/masks/maskExtent.ts";
import { maskUnion } from "../../../geometry/masks/mergeMasks.ts";
import { shownPath } from "../../files.ts";
import type { Warnings } from "../../warnings.ts";
import type { ReadMasks } from "./maskRegions.ts";

/** Black and white of blurred masks reach this far; at least so much of an image is one or the other. */
const EXTREME = 32;
const EXTREME_SHARE = 0.9;
const MIDDLE = 128;
/** So many greys in the middle are more than numbers of classes beside 255, "ignore". */
const MIDDLE_GREYS = 8;

/** Classes are seldom so many that each image has all up to a number of its own. */
const LAST_OBJECT = 20;
const NUMBERED_SHARE = 0.9;

/**
 * Masks of classes as they were meant, where no list of classes says what their values are.
 *
 * - Black and white, but blurred: resized, or saved as JPEG. The lighter half is inside.
 * - Numbers of objects, 1 to another last one in each image: objects of one class.
 *
 * Everything else is as it was. Other masks that are JPEGs or the like are refused, since these change numbers and
 * colours.
 *
 * @param hasList whether there is a list of classes
 */
export function takenAsMeant(images: ReadMasks[], hasList: boolean, warnings: Warnings): ReadMasks[] {
  const ofClasses = images.filter(({ kind }) => kind !== undefined);
  if (!hasList && areBlurred(ofClasses)) {
    return images.map((image) => {
      if (image.kind === undefined) return image;
      warnings.add("masks in black, grey and white, of which the lighter half is read as inside", image.where);
      return blackAndWhite(image);
    });
  }
  if (!hasList && areNumbered(ofClasses)) {
    return images.map((image) => {
      if (image.kind === undefined) return image;
      const what =
        "masks with numbers from 1 on in each image, read as numbers of objects (with a _classes.csv: classes)";
      warnings.add(what, image.where);
      return { ...image, kind: undefined, regions: asObjects(image) };
    });
  }
  return images.filter(({ pair: { classes = "" }, lossy }) => {
    if (lossy === undefined) return true;
    const where = shownPath(classes);
    const error = new AnchorkitError(`${where}: is ${lossy}, which blurs numbers and colours; save masks as PNG`);
    warnings.fail(error, "unreadable-labels", where);
    return false;
  });
}

function areBlurred(images: readonly ReadMasks[]): boolean {
  let isBlurred = false;
  let hasWhite = false;
  for (const { regions, kind, lossy, size } of images) {
    let extreme = 0;
    let greys = 0;
    for (const { classValue, mask, objectValue } of regions) {
      const value = greyOf(classValue, kind);
      if (value === undefined || objectValue !== 0) return false;
      if (value <= EXTREME || value >= 255 - EXTREME) extreme += maskArea(mask);
      else greys++;
      hasWhite ||= value >= 255 - EXTREME;
    }
    if (extreme < EXTREME_SHARE * size.width * size.height) return false;
    isBlurred ||= greys >= MIDDLE_GREYS || lossy !== undefined;
  }
  return isBlurred && hasWhite;
}

/** The grey value of 8 bits; undefined for others. */
function greyOf(value: number, kind: ReadMasks["kind"]): number | undefined {
  if (kind === "rgb") return value % 0x010101 === 0 ? value & 255 : undefined;
  return value <= 255 ? value : undefined;
}

function blackAndWhite(image: ReadMasks): ReadMasks {
  const inside = image.regions.filter(({ classValue }) => (greyOf(classValue, image.kind) ?? 0) >= MIDDLE);
  const mask = inside.length > 0 ? [maskUnion(inside.map((region) => region.mask))] : [];
  return { ...image, kind: "index", regions: mask.map((white) => ({ classValue: 255, objectValue: 0, mask: white })) };
}

function areNumbered(images: readonly ReadMasks[]): boolean {
  let numbered = 0;
  const lasts = new Set<number>();
  for (const { regions, kind } of images) {
    const values = regions.map(({ classValue, objectValue }) =>
      objectValue === 0 ? valueOf(classValue, kind) : undefined,
    );
    if (values.includes(undefined)) return false;
    const objects = values.filter((value) => value !== undefined && value > 0);
    const last = Math.max(0, ...objects.map(Number));
    if (objects.length >= NUMBERED_SHARE * last) numbered++;
    lasts.add(last);
  }
  return lasts.size > 1 && Math.max(...lasts) >= LAST_OBJECT && numbered >= NUMBERED_SHARE * images.length;
}

function valueOf(value: number, kind: ReadMasks["kind"]): number | undefined {
  return kind === "index" ? value : greyOf(value, kind);
}

function asObjects({ regions, kind }: ReadMasks): ReadMasks["regions"] {
  return regions.map(({ classValue, mask }) => ({ classValue: 0, objectValue: valueOf(classValue, kind) ?? 0, mask }));
}
