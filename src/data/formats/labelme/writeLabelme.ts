import { basename, join } from "node:path";
import sharp from "sharp";
import { writeFileAtomic } from "../../../base/files.ts";
import { decodeMask } from "../../../geometry/masks/encodeMask.ts";
import { maskBox } from "../../../geometry/masks/maskExtent.ts";
import type { Rle } from "../../../geometry/masks/rle.ts";
import type { Dataset, ImageRecord, LabelledObject, Scalar } from "../../dataset.ts";
import { exportImages, splitFolder } from "../exportImages.ts";
import { shownPath, withoutExtension } from "../../files.ts";
import { mapWithWarnings } from "../../parallel.ts";
import { Warnings } from "../../warnings.ts";
import type { WriteOptions, WriteResult } from "../format.ts";
import { MARKS } from "./labelmeShapes.ts";

/**
 * Writes a data set as labelme does, a JSON beside each image, in a folder for each split where there are splits.
 * Several polygons of one object share a `group_id`. Attributes that are true or false are flags, "description" and
 * "group_id" labelme's own; the others, and scores, are further fields that X-AnyLabeling shows and labelme keeps.
 */
export async function writeLabelme(dataset: Dataset, folder: string, options: WriteOptions = {}): Promise<WriteResult> {
  const warnings = new Warnings();
  const { images, classes } = dataset;
  const { exported, placed } = await exportImages(images, folder, warnings, { ...options, folderOf: splitFolder });
  await mapWithWarnings(exported, 4, warnings, async ({ image, name }, _, own) => {
    const content = await contentOf(image, basename(name), classes, own);
    const file = join(folder, `${withoutExtension(name)}.json`);
    await writeFileAtomic(file, `${JSON.stringify(content, undefined, 2)}\n`);
  });
  return { path: folder, images: placed, warnings: warnings.lines() };
}

async function contentOf(image: ImageRecord, imagePath: string, classes: readonly string[], warnings: Warnings) {
  const { width: imageWidth, height: imageHeight, fields = {}, objects } = image;
  const flags = booleans(fields);
  if (Object.keys(flags).length < Object.keys(fields).length) {
    warnings.add(
      "images with fields that are not true or false, which labelme's flags cannot hold",
      shownPath(image.file),
    );
  }
  const ids = objects.map(({ attributes }) => attributes?.group_id).filter((id) => typeof id === "number");
  let lastGroup = ids.reduce((largest, id) => Math.max(largest, id), 0);
  const shapes: object[] = [];
  for (const object of objects) {
    const { segmentation, attributes = {} } = object;
    const label = classes[object.class] ?? "";
    const inParts = Array.isArray(segmentation) && segmentation.length > 1;
    const own = Number.isInteger(attributes.group_id) ? attributes.group_id : undefined;
    const group_id = own ?? (inParts ? ++lastGroup : null);
    for (const outline of await outlinesOf(object)) shapes.push({ label, ...outline, group_id, ...saidOf(object) });
  }
  return { version: "5.5.0", flags, shapes, imagePath, imageData: null, imageHeight, imageWidth };
}

async function outlinesOf({ box, segmentation }: LabelledObject): Promise<object[]> {
  if (Array.isArray(segmentation)) {
    return segmentation.map((polygon) => ({ points: pairs(polygon), shape_type: "polygon", mask: null }));
  }
  const [x1, y1, x2, y2] = segmentation ? maskBox(segmentation) : [0, 0, 0, 0];
  if (!segmentation || x1 >= x2) return [{ points: pairs(box), shape_type: "rectangle", mask: null }];
  const mask = await pngOf(segmentation, [x1, y1, x2, y2]);
  return [{ points: pairs([x1, y1, x2 - 1, y2 - 1]), shape_type: "mask", mask }];
}

/** The part of a mask in a box, as a PNG in base64: 255 inside, 0 outside. */
async function pngOf(mask: Rle, [x1, y1, x2, y2]: LabelledObject["box"]): Promise<string> {
  const [width, height] = [x2 - x1, y2 - y1];
  const pixels = decodeMask(mask);
  const part = new Uint8Array(width * height);
  for (let i = 0; i < part.length; i++) {
    const [x, y] = [x1 + (i % width), y1 + Math.floor(i / width)];
    part[i] = 255 * (pixels[y * mask.width + x] ?? 0);
  }
  const png = await sharp(part, { raw: { width, height, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
  return png.toString("base64");
}

function saidOf(object: LabelledObject): object {
  const { description, group_id, ...others } = object.attributes ?? {};
  const ownGroup = group_id === undefined || Number.isInteger(group_id);
  const ownText = description === undefined || typeof description === "string";
  const further: Record<string, Scalar> = {
    ...others,
    ...(!ownGroup && { group_id }),
    ...(!ownText && { description }),
  };
  const flags = booleans(further);
  const attributes = Object.fromEntries(Object.entries(further).filter(([, value]) => typeof value !== "boolean"));
  const marks = MARKS.filter((mark) => object[mark]).map((mark) => [mark, true] as const);
  return {
    ...{ description: ownText ? (description ?? "") : "", flags: { ...flags, ...Object.fromEntries(marks) } },
    ...(object.score !== undefined && { score: object.score }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
  };
}

function booleans(values: Readonly<Record<string, Scalar>>): Record<string, boolean> {
  const entries = Object.entries(values).filter((entry): entry is [string, boolean] => typeof entry[1] === "boolean");
  return Object.fromEntries(entries);
}

function pairs(numbers: readonly number[]): number[][] {
  return numbers.flatMap((x, i) => (i % 2 === 0 ? [[x, numbers[i + 1] ?? 0]] : []));
}
