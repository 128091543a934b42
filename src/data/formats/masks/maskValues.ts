import { AnchorkitError } from "../../../base/errors.ts";
import { IGNORED } from "../../../geometry/masks/labelMap.ts";
import { maskArea } from "../../../geometry/masks/maskExtent.ts";
import type { Warnings } from "../../warnings.ts";
import { cityscapesMeaning, isCityscapesMask } from "./cityscapes.ts";
import type { LabelPixels } from "./labelPixels.ts";
import type { LabelRegion } from "./labelRegions.ts";
import type { MaskClasses } from "./maskClasses.ts";

/** The regions of an image's masks, as read. */
export interface RegionsOfImage {
  regions: LabelRegion[];
  /** Of the mask of classes; undefined where there is one of objects alone. */
  kind: LabelPixels["kind"] | undefined;
  /** The mask that tells classes, else the one of objects. */
  where: string;
}

/** What a value of a mask of classes stands for. */
export type ValueMeaning = { name: string } | "background" | "ignored";

/** Says what the values of a mask stand for. */
export type MeaningOf = (value: number, kind: LabelPixels["kind"]) => ValueMeaning;

/** The colour of 255 in masks of the VOC devkit: pixels at the border of objects. */
const IGNORED_COLOUR = 0xe0e0c0;

/** What 255 is in masks of 16 bits that hold more classes than 8 bits do. */
export const IGNORED_DEEP = 65_535;

/** Names of black that stand for no object. */
const BACKGROUND = /^[\W_]*(?:background|bg)[\W_]*$/i;

/** Names of what nobody labelled, and what therefore does not count. */
const VOID = /^[\W_]*(?:void|unlabell?ed|ignored?|do(?:n['’]?t|[ _-]not)[ _-]care)[\W_]*$/i;

/** Black that nobody labelled is the background unless the scene is labelled nearly throughout. */
const MOST_VOID = 0.5;

/** More colours are no classes. */
const MAX_COLOURS = 256;

/** What 1, 2 and 3 are in the trimaps of Oxford's pets. */
const TRIMAP: readonly ValueMeaning[] = [{ name: "object" }, "background", "ignored"];

/** The classes of the VOC devkit, whose masks come without a list; the first is 1. */
const VOC_CLASSES = [
  ...["aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable"],
  ...["dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor"],
];

/**
 * Finds out what the values of a data set's masks stand for, from all of them: numbers where no mask is in colours.
 * Black is the background unless the list of classes names it. Without a list, a class is called by its number or
 * colour; 255 beside other numbers is to be ignored, and alone it is the one class, as 1 is. With a list, 255 is to be
 * ignored where the list lacks it, and so is what the list calls void, unlabelled or the like; black that is called so,
 * where it is less than half of the pixels, as in scenes that are labelled throughout. In masks called trimaps, 1 is the
 * object, 2 the background, 3 the border between.
 *
 * @returns the meaning of a value, and of all values in the masks and the list the names, in their order
 * @throws AnchorkitError where masks in colours come with a list of numbers, or hold too many colours
 */
export function meaningOfValues(
  images: readonly RegionsOfImage[],
  list: MaskClasses | undefined,
  warnings: Warnings,
): { meaningOf: MeaningOf; names: string[] } {
  const withClasses = images.filter(({ kind }) => kind !== undefined);
  const inColour = withClasses.find(
    ({ kind, regions }) => kind === "rgb" && regions.some((at) => !isGrey(at.classValue)),
  );
  if (inColour && list && !list.colours) {
    throw new AnchorkitError(`${inColour.where}: is a mask in colours, but the list of classes gives numbers`);
  }
  const colours = list?.colours ?? inColour !== undefined;
  const valueOf = (value: number, kind: LabelPixels["kind"]): number => {
    if (colours) return kind === "index" ? (value & 255) * 0x010101 : value;
    return kind === "index" ? value : value & 255;
  };
  const values = new Map<number, string>(); // with the first mask that has each
  for (const { regions, kind = "index", where } of withClasses) {
    for (const { classValue } of regions) {
      const value = valueOf(classValue, kind);
      if (!values.has(value)) values.set(value, where);
    }
  }
  if (colours && !list && values.size > MAX_COLOURS) {
    throw new AnchorkitError(
      `${inColour?.where ?? ""}: ${values.size} colours in the masks cannot be classes; save masks without loss, as PNG`,
    );
  }
  const nameOf = list
    ? namesOfList(list, colours, () => shareOf(withClasses, (value, kind) => valueOf(value, kind) === 0))
    : colours
      ? nameOfColour
      : namesOfNumbers([...values.keys()], withClasses);
  const meanings = new Map<number, ValueMeaning>();
  for (const value of [...new Set([...(list?.names.keys() ?? []), ...[...values.keys()].sort((a, b) => a - b)])]) {
    const meaning = nameOf(value);
    meanings.set(value, meaning);
    const listed = list?.names.get(value);
    if (list && typeof meaning !== "string" && listed === undefined) {
      const what =
        "values of masks that the list of classes lacks, read as classes; add them to it, or correct the masks";
      warnings.add(what, `${values.get(value) ?? ""}: ${meaning.name}`);
    }
    if (meaning === "ignored" && listed !== undefined) {
      warnings.add("classes of the list whose pixels are read as to be ignored, after their names", `"${listed}"`);
    }
  }
  const names = [...meanings.values()].flatMap((meaning) => (typeof meaning === "string" ? [] : [meaning.name]));
  return {
    meaningOf: (value, kind) => meanings.get(valueOf(value, kind)) ?? "background",
    names: [...new Set(names)],
  };
}

function namesOfList(
  { names }: MaskClasses,
  colours: boolean,
  shareOfBlack: () => number,
): (value: number) => ValueMeaning {
  return (value) => {
    const name = names.get(value);
    if (name !== undefined && VOID.test(name))
      return value === 0 && shareOfBlack() >= MOST_VOID ? "background" : "ignored";
    if (name !== undefined) return value === 0 && BACKGROUND.test(name) ? "background" : { name };
    if (value === 0) return "background";
    if (colours ? value === IGNORED_COLOUR : isIgnored(value)) return "ignored";
    return colours ? { name: hex(value) } : { name: `class ${value}` };
  };
}

function nameOfColour(value: number): ValueMeaning {
  if (value === 0) return "background";
  return value === IGNORED_COLOUR ? "ignored" : { name: hex(value) };
}

function namesOfNumbers(values: readonly number[], images: readonly RegionsOfImage[]): (value: number) => ValueMeaning {
  const foreground = values.filter((value) => value !== 0);
  const [only] = foreground;
  const single = foreground.length === 1 && only !== undefined && (only === 1 || isIgnored(only));
  const isCityscapes = images.length > 0 && images.every(({ where }) => isCityscapesMask(where));
  const devkit = images.every(({ where }) => /[\\/]SegmentationClass[\\/]/.test(where));
  const isVoc = devkit && foreground.every((value) => value <= VOC_CLASSES.length || value === IGNORED);
  const areTrimaps = images.every(({ where }) => /[\\/]trimaps?[\\/]/i.test(where));
  const isTrimap = areTrimaps && foreground.every((value) => value <= TRIMAP.length);
  return (value) => {
    if (isCityscapes) return cityscapesMeaning(value);
    if (value === 0) return "background";
    if (isTrimap) return TRIMAP[value - 1] ?? "background";
    if (single) return { name: "object" };
    if (isIgnored(value)) return "ignored";
    return { name: (isVoc ? VOC_CLASSES[value - 1] : undefined) ?? `class ${value}` };
  };
}

/** The share of all pixels that have such a value. */
function shareOf(
  images: readonly RegionsOfImage[],
  isMeant: (value: number, kind: LabelPixels["kind"]) => boolean,
): number {
  let [meant, all] = [0, 0];
  for (const { regions, kind = "index" } of images) {
    for (const { classValue, mask } of regions) {
      const area = maskArea(mask);
      if (isMeant(classValue, kind)) meant += area;
      all += area;
    }
  }
  return all === 0 ? 0 : meant / all;
}

/** White: what stands for pixels to ignore, where it is no class. */
function isIgnored(value: number): boolean {
  return value === IGNORED || value === IGNORED_DEEP;
}

function isGrey(rgb: number): boolean {
  return rgb % 0x010101 === 0;
}

function hex(rgb: number): string {
  return `#${rgb.toString(16).padStart(6, "0")}`;
}
