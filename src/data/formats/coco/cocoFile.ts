import { z } from "zod";
import { AnchorkitError } from "../../../base/errors.ts";
import type { Scalar } from "../../dataset.ts";
import type { Warnings } from "../../warnings.ts";
import { checkJson, firstIssue, labelsIn } from "../checkedJson.ts";

// Tables of pandas, which pylabel and others write JSON from, hold null for what is not said.
const flag = z
  .union([z.boolean(), z.literal([0, 1, "0", "1", null])])
  .transform((value) => value === true || value === 1 || value === "1");
const id = z.union([z.int(), z.string().regex(/^\d{1,15}$/).transform(Number)]); // prettier-ignore
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
// Some tools leave the box of an outline empty.
const box = z.preprocess(
  (value) => (Array.isArray(value) && value.length === 0 ? undefined : value),
  z.tuple([z.number(), z.number(), side, side]).nullish(),
);
const fields = z.object({
  image_id: id,
  category_id: id,
  bbox: box,
  area: z.number().nullish(),
  iscrowd: flag.optional(),
  difficult: flag.optional(),
  truncated: flag.optional(),
  occluded: flag.optional(),
  pose: z.string().nullish(),
  score: z.number().nullish(),
  segmentation: z.unknown().optional(),
  attributes: z.record(z.string(), z.unknown()).nullish(),
});
const annotationSchema = fields.refine(({ bbox, segmentation }) => bbox ?? hasOutline(segmentation), {
  message: "is missing, and there is no segmentation whose box it could be",
  path: ["bbox"],
});
const categorySchema = z.object({ id, name: z.string().min(1), supercategory: z.unknown().optional() });
const cocoSchema = z.object({
  info: z.object({ exif_orientation: z.string().optional() }).catch({}).optional(),
  images: z.array(imageSchema),
  annotations: z.array(annotationSchema),
  categories: z.array(categorySchema),
});

/** A COCO file, checked: the parts of it that anchorkit reads. */
export interface CocoFile extends z.infer<typeof cocoSchema> {
  /** Where each image and annotation stands in the file, where records before it were left out. */
  places?: { images: number[]; annotations: number[] };
}
export type CocoAnnotation = CocoFile["annotations"][number];

/**
 * Checks the text of a COCO file of labels: fields, types, and that every id that is referred to is there.
 *
 * @param name the file's name for messages
 * @param warnings with an observer, records that are wrong are left out
 * @throws AnchorkitError naming the record: `truth.json: annotations[12].bbox[2]: …`
 */
export function parseCoco(text: string, name: string, warnings?: Warnings): CocoFile {
  const document = labelsIn(text, name, "coco");
  const sound = warnings?.observer && soundRecords(document, name, warnings);
  const coco = checkJson(sound?.document ?? document, cocoSchema, name);
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
  return { ...coco, ...(sound && { places: sound.places }) };
}

const LISTS = ["images", "annotations", "categories"] as const;
const list = z.array(z.unknown());
const listsSchema = z.looseObject({ images: list, annotations: list, categories: list });

/** The document without the records that `parseCoco` would throw for, each of which is told of. */
function soundRecords(
  document: unknown,
  name: string,
  warnings: Warnings,
): { document: unknown; places: NonNullable<CocoFile["places"]> } | undefined {
  const lists = listsSchema.safeParse(document);
  if (!lists.success) return undefined;
  const imageIds = new Set<number>();
  const categoryIds = new Set<number>();
  const categories = placesOf(lists.data.categories, (record) => {
    const category = categorySchema.safeParse(record, { reportInput: true });
    if (!category.success) return firstIssue(category.error);
    if (categoryIds.has(category.data.id)) return `the id ${category.data.id} is there twice`;
    categoryIds.add(category.data.id);
    return undefined;
  });
  const images = placesOf(lists.data.images, (record) => {
    const image = imageSchema.safeParse(record, { reportInput: true });
    if (!image.success) return firstIssue(image.error);
    if (imageIds.has(image.data.id)) return `the id ${image.data.id} is there twice`;
    imageIds.add(image.data.id);
    const unknown = image.data.category_ids?.find((category) => !categoryIds.has(category));
    return unknown === undefined ? undefined : `no category has the id ${unknown}`;
  });
  const annotations = placesOf(lists.data.annotations, (record) => {
    const annotation = annotationSchema.safeParse(record, { reportInput: true });
    if (!annotation.success) return firstIssue(annotation.error);
    const { image_id, category_id } = annotation.data;
    if (!imageIds.has(image_id)) return `no image has the id ${image_id}`;
    return categoryIds.has(category_id) ? undefined : `no category has the id ${category_id}`;
  });
  const places = { images, annotations, categories };
  for (const list of LISTS) {
    for (const { at, reason } of places[list].wrong) {
      const where = `${name}: ${list}[${at}]`;
      warnings.fail(new AnchorkitError(`${where}: ${reason}`), "bad-object", where);
    }
  }
  const kept = LISTS.map((list) => [list, places[list].sound.map((at) => lists.data[list][at])]);
  return {
    document: { ...lists.data, ...Object.fromEntries(kept) },
    places: { images: images.sound, annotations: annotations.sound },
  };
}

function hasOutline(segmentation: unknown): boolean {
  return typeof segmentation === "object" && segmentation !== null && Object.keys(segmentation).length > 0;
}

/** Which records of a list are sound, and why the others are not. */
function placesOf(records: readonly unknown[], reasonAgainst: (record: unknown) => string | undefined) {
  const sound: number[] = [];
  const wrong: { at: number; reason: string }[] = [];
  for (const [at, record] of records.entries()) {
    const reason = reasonAgainst(record);
    if (reason === undefined) sound.push(at);
    else wrong.push({ at, reason });
  }
  return { sound, wrong };
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
