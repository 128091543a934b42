import { join } from "node:path";
import sharp from "sharp";
import { AnchorkitError } from "../../../base/errors.ts";
import { writeFileAtomic } from "../../../base/files.ts";
import { largestFirst, paintMask } from "../../../geometry/masks/drawMasks.ts";
import type { Dataset, ImageRecord } from "../../dataset.ts";
import { exportImages, splitFolder } from "../exportImages.ts";
import { shownPath, withoutExtension } from "../../files.ts";
import { mapWithWarnings } from "../../parallel.ts";
import { Warnings } from "../../warnings.ts";
import type { WriteOptions, WriteResult } from "../format.ts";
import { IGNORED } from "../../../geometry/masks/labelMap.ts";
import { CLASS_LIST, classListText } from "./maskClasses.ts";
import { maskOf } from "./maskPng.ts";
import { IGNORED_DEEP } from "./maskValues.ts";

/** What 8 bits hold: 255 is `IGNORED`. */
const MAX_BYTE = 254;
const MAX_SHORT = 65_534;

/**
 * Writes a data set as images and masks: `images/`, `masks/` (grey PNGs: 0 is the background, 1 the first class),
 * `instances/` (0 is no object, 1 the first one of the image) and `_classes.csv`; below each a folder for each split
 * where there are splits. PNGs have 16 bits where 8 are too few. Pixels to ignore are 255 in masks (of 16 bits: 65535).
 *
 * A pixel is of one object: of those that overlap, the smaller lies on top. An object without an outline is drawn as its
 * box.
 */
export async function writeMaskFolders(
  dataset: Dataset,
  folder: string,
  options: WriteOptions = {},
): Promise<WriteResult> {
  const warnings = new Warnings();
  const { images, classes } = dataset;
  if (classes.length > MAX_SHORT)
    throw new AnchorkitError(`masks hold at most ${MAX_SHORT} classes, got ${classes.length}`);
  const { exported, placed } = await exportImages(images, join(folder, "images"), warnings, {
    ...options,
    folderOf: splitFolder,
  });
  await mapWithWarnings(exported, 3, warnings, async ({ image, name }, _, own) => {
    const png = `${withoutExtension(name)}.png`;
    const { masks, instances } = draw(image, classes.length > MAX_BYTE ? IGNORED_DEEP : IGNORED, own);
    await writeGrey(masks, image, classes.length > MAX_BYTE, join(folder, "masks", png));
    await writeGrey(instances, image, image.objects.length > MAX_BYTE, join(folder, "instances", png));
  });
  await writeFileAtomic(join(folder, CLASS_LIST), classListText(classes));
  return { path: folder, images: placed, warnings: warnings.lines() };
}

/** The class and the object of each pixel, both from 1. */
function draw(
  image: ImageRecord,
  ignoredValue: number,
  warnings: Warnings,
): { masks: Uint16Array; instances: Uint16Array } {
  const { objects, width, height, file, ignored } = image;
  if (objects.length > MAX_SHORT) {
    throw new AnchorkitError(
      `${shownPath(file)}: has ${objects.length} objects, more than the ${MAX_SHORT} that a mask holds`,
    );
  }
  const [masks, instances] = [new Uint16Array(width * height), new Uint16Array(width * height)];
  const drawn = objects.map((object, i) => {
    const mask = maskOf(object, image);
    const where = `${shownPath(file)}: object ${i + 1}`;
    if (!object.segmentation) warnings.add("objects without an outline, drawn as their boxes", where);
    return { mask, number: i + 1, class: object.class + 1, where };
  });
  for (const i of largestFirst(drawn.map(({ mask }) => mask))) {
    const { mask, number, class: id, where } = drawn[i] as (typeof drawn)[number];
    if (paintMask(instances, mask, number))
      warnings.add("objects that overlap larger ones, which lose these pixels", where);
    paintMask(masks, mask, id);
  }
  if (ignored) {
    if (paintMask(masks, ignored, ignoredValue)) {
      warnings.add("images whose objects reach into pixels to ignore, and lose these", shownPath(file));
    }
    paintMask(instances, ignored, 0);
  }
  const seen = new Set(instances);
  for (const { number, where } of drawn) {
    if (!seen.has(number)) warnings.add("objects of which no pixel is left, lost", where);
  }
  return { masks, instances };
}

async function writeGrey(
  values: Uint16Array,
  { width, height }: ImageRecord,
  deep: boolean,
  file: string,
): Promise<void> {
  const raw = { width, height, channels: 1 } as const;
  const image = sharp(deep ? values : Uint8Array.from(values), { raw }).toColourspace(deep ? "grey16" : "b-w");
  await writeFileAtomic(file, await image.png().toBuffer());
}
