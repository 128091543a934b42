import { z } from "zod";
import { AnchorkitError } from "../../base/errors.ts";
import type { Scalar } from "../dataset.ts";
import { parseJson } from "./checkedJson.ts";

const flag = z.union([z.boolean(), z.literal(0), z.literal(1)]).transform(Boolean);
const id = z.int();
const side = z.number().min(0);

// Further fields of images are kept, so they are let through.
const imageSchema = z.looseObject({
  id,
  file_name: z.string().min(1),
  width: z.number().nullish(),
  height: z.number().nullish(),
  split: z.string().nullish(),
  verified: flag.optional(),
  category_ids: z.array(id).optional(),
});
const annotationSchema = z.object({
  image_id: id,
  category_id: id,
  bbox: z.tuple([z.number(), z.number(), side, side]),
  area: z.number().nullish(),
  iscrowd: flag.optional(),
  difficult: flag.optional(),
  truncated: flag.optional(),
  occluded: flag.optional(),
  pose: z.string().optional(),
  score: z.number().nullish(),
  segmentation: z.unknown().optional(),
  attributes: z.record(z.string(), z.unknown()).nullish(),
});
const cocoSchema = z.object({
  info: z.object({ exif_orientation: z.string().optional() }).catch({}).optional(),
  images: z.array(imageSchema),
  annotations: z.array(annotationSchema),
  categories: z.array(z.object({ id, name: z.string().min(1) })),
});

/** A COCO file, checked: the parts of it that anchorkit reads. */
export type CocoFile = z.infer<typeof cocoSchema>;
export type CocoAnnotation = CocoFile["annotations"][number];

/**
 * Checks the text of a COCO file of labels: fields, types, and that every id that is referred to is there.
 *
 * @param name the file's name for messages
 * @throws AnchorkitError naming the record: `truth.json: annotations[12].bbox[2]: …`
 */
export function parseCoco(text: string, name: string): CocoFile {
  const coco = parseJson(text, cocoSchema, name);
  const imageIds = uniqueIds(coco.images, "images", name);
  const categoryIds = uniqueIds(coco.categories, "categories", name);
  for (const [i, { image_id, category_id }] of coco.annotations.entries()) {
    const where = `${name}: annotations[${i}]`;
    if (!imageIds.has(image_id)) throw new AnchorkitError(`${where}: no image has the id ${image_id}`);
    if (!categoryIds.has(category_id)) throw new AnchorkitError(`${where}: no category has the id ${category_id}`);
  }
  for (const [i, { category_ids = [] }] of coco.images.entries()) {
    const unknown = category_ids.find((category) => !categoryIds.has(category));
    if (unknown !== undefined) throw new AnchorkitError(`${name}: images[${i}]: no category has the id ${unknown}`);
  }
  return coco;
}

/** The members that are text, numbers or flags; undefined where there are none. */
export function scalarsOf(record: Record<string, unknown>): Record<string, Scalar> | undefined {
  const scalars = Object.entries(record).filter((entry): entry is [string, Scalar] =>
    ["string", "number", "boolean"].includes(typeof entry[1]),
  );
  return scalars.length > 0 ? Object.fromEntries(scalars) : undefined;
}

function uniqueIds(records: readonly { id: number }[], list: string, name: string): Set<number> {
  const ids = new Set<number>();
  for (const [i, record] of records.entries()) {
    if (ids.has(record.id)) throw new AnchorkitError(`${name}: ${list}[${i}]: the id ${record.id} is there twice`);
    ids.add(record.id);
  }
  return ids;
}
