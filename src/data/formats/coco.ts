import { copyFile, mkdir } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { z } from "zod";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import type { Dataset, ImageRecord, LabelledObject } from "../dataset.ts";
import { groupBy, isImageName, kindOf, listFiles, posixPath, readText, shownPath } from "../files.ts";
import { mapParallel } from "../parallel.ts";
import type { Place } from "../place.ts";
import { placeLabels } from "../placeLabels.ts";
import { splitNamed, splitOfPath } from "../splitLists.ts";
import { Warnings } from "../warnings.ts";
import type {
  FoundImage,
  FoundObject,
  LabelFormat,
  Likeness,
  ReadResult,
  WriteOptions,
  WriteResult,
} from "./format.ts";

/** COCO JSON: one file, or the folder that holds one. */
export const coco: LabelFormat = {
  id: "coco",
  title: "COCO JSON",
  holds: ["difficult", "crowd", "truncated", "pose", "split", "verified"],
  recognizes,
  read,
  write,
};

const flag = z.union([z.boolean(), z.literal(0), z.literal(1)]).transform(Boolean);
const id = z.int();
const side = z.number().min(0);

const imageSchema = z.object({
  id,
  file_name: z.string().min(1),
  width: z.number().nullish(),
  height: z.number().nullish(),
  split: z.string().nullish(),
  verified: flag.optional(),
});
const annotationSchema = z.object({
  image_id: id,
  category_id: id,
  bbox: z.tuple([z.number(), z.number(), side, side]),
  area: z.number().nullish(),
  iscrowd: flag.optional(),
  difficult: flag.optional(),
  truncated: flag.optional(),
  pose: z.string().optional(),
});
const cocoSchema = z.object({
  info: z.object({ exif_orientation: z.string().optional() }).catch({}).optional(),
  images: z.array(imageSchema),
  annotations: z.array(annotationSchema),
  categories: z.array(z.object({ id, name: z.string().min(1) })),
});

/** A COCO file, checked: the parts of it that anchorkit reads. */
type CocoFile = z.infer<typeof cocoSchema>;

/**
 * Checks the text of a COCO file of labels: fields, types, and that every id that is referred to is there.
 *
 * @param name the file's name for messages
 * @throws AnchorkitError naming the record: `truth.json: annotations[12].bbox[2]: …`
 */
export function parseCoco(text: string, name: string): CocoFile {
  const parsed = cocoSchema.safeParse(jsonOf(text, name));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AnchorkitError(`${name}: ${pathOf(issue?.path ?? [])}: ${issue?.message ?? "is not valid"}`);
  }
  const coco = parsed.data;
  const imageIds = uniqueIds(coco.images, "images", name);
  const categoryIds = uniqueIds(coco.categories, "categories", name);
  for (const [i, { image_id, category_id }] of coco.annotations.entries()) {
    const where = `${name}: annotations[${i}]`;
    if (!imageIds.has(image_id)) throw new AnchorkitError(`${where}: no image has the id ${image_id}`);
    if (!categoryIds.has(category_id)) throw new AnchorkitError(`${where}: no category has the id ${category_id}`);
  }
  return coco;
}

async function recognizes({ path, kind, files, head }: Place): Promise<Likeness> {
  if (kind === "folder" && files.includes(join(path, DATASET_FILE))) return "sure";
  const jsons = files.filter(isJson);
  let degree: Likeness = "no";
  for (const json of jsons.slice(0, 20)) {
    const text = await head(json);
    if (/^\s*\{[^]*"(?:images|categories|image_id)"\s*:/.test(text)) return "likely";
    if (/^\s*(?:\{|$)/.test(text)) degree = "maybe";
  }
  return degree;
}

/** The file to read: a folder's annotations.json, or its only JSON. */
async function fileOf(path: string): Promise<string> {
  if ((await kindOf(path)) !== "folder") return path;
  if ((await kindOf(join(path, DATASET_FILE))) === "file") return join(path, DATASET_FILE);
  const [json, ...others] = (await listFiles(path)).filter(isJson);
  const name = shownPath(path);
  if (json === undefined) throw new AnchorkitError(`${name}: holds no JSON file`);
  if (others.length === 0) return json;
  const some = [json, ...others].map(shownPath).slice(0, 3).join(", ");
  throw new AnchorkitError(`${name}: holds ${others.length + 1} JSON files; give the one to read (${some})`);
}

function isJson(path: string): boolean {
  return extname(path).toLowerCase() === ".json";
}

/**
 * Reads a COCO JSON file and finds its images: `file_name` is taken from the JSON's folder, else it is looked for below
 * that folder or, if that holds no images, next to it (`annotations/instances_train.json` beside `train/`).
 * Segmentations are not read.
 *
 * @throws AnchorkitError naming file and record for what is not COCO, and when no image is found.
 */
export async function read(source: string): Promise<ReadResult> {
  const path = await fileOf(source);
  const name = shownPath(path);
  const coco = parseCoco(await readText(path), name);
  const warnings = new Warnings();
  const classOf = new Map(coco.categories.map((category, index) => [category.id, index]));
  const objects = new Map<number, FoundObject[]>(coco.images.map((image) => [image.id, []]));
  for (const [i, annotation] of coco.annotations.entries()) {
    objects.get(annotation.image_id)?.push(objectOf(annotation, classOf, `${name}: annotations[${i}]`));
  }
  const files = await findImages(
    path,
    coco.images.map((image) => image.file_name),
  );
  const shown = coco.info?.exif_orientation === "applied";
  const found: FoundImage[] = [];
  for (const [i, image] of coco.images.entries()) {
    const where = `${name}: images[${i}]`;
    const file = files[i];
    if (file === undefined) {
      warnings.add("images that are not there, left out with their labels", `${where}: "${image.file_name}"`);
      continue;
    }
    const split = splitNamed(image.split ?? "");
    if (image.split && !split)
      warnings.add("images in a split other than train, val and test, taken as in none", where);
    found.push({
      ...{ id: image.id, file, where, objects: objects.get(image.id) ?? [] },
      ...(image.width && image.height && { labelledSize: { width: image.width, height: image.height } }),
      ...(shown && { frame: "shown" }),
      ...(split && { split }),
      ...(image.verified !== undefined && { verified: image.verified }),
    });
  }
  if (found.length === 0 && coco.images.length > 0) {
    const missing = coco.images[0]?.file_name ?? "";
    throw new AnchorkitError(`${name}: none of its ${coco.images.length} images is there (first: "${missing}")`);
  }
  const classes = {
    classes: coco.categories.map((category) => category.name),
    categoryIds: coco.categories.map((category) => category.id),
  };
  const dataset = await placeLabels(found, classes, warnings);
  return { dataset, warnings: warnings.lines(), source: `COCO JSON ${name}` };
}

/** The file that `write` makes in its folder. */
export const DATASET_FILE = "annotations.json";

/** Writes `annotations.json` into a folder; the images are referred to by relative paths, or copied to `images/`. */
async function write(dataset: Dataset, folder: string, options: WriteOptions = {}): Promise<WriteResult> {
  await writeDataset(dataset, folder, options);
  return { path: join(folder, DATASET_FILE), images: options.copy ? "copied" : "referred to", warnings: [] };
}

/**
 * Writes a data set into a folder as `annotations.json`.
 *
 * @returns the data set with its images where they lie now: with `copy`, in `images/`, with the folders below the one
 * that holds them all
 */
export async function writeDataset(dataset: Dataset, folder: string, { copy }: WriteOptions): Promise<Dataset> {
  const placed = copy ? await copyImages(dataset, join(folder, "images")) : dataset;
  await writeCoco(placed, join(folder, DATASET_FILE));
  return placed;
}

async function copyImages(dataset: Dataset, folder: string): Promise<Dataset> {
  const root = commonFolder(dataset.images.map((image) => resolve(image.file)));
  const images = await mapParallel(dataset.images, 4, async (image): Promise<ImageRecord> => {
    const file = join(folder, relative(root, resolve(image.file)));
    await mkdir(dirname(file), { recursive: true });
    await copyFile(image.file, file);
    return { ...image, file };
  });
  return { ...dataset, images };
}

function commonFolder(files: readonly string[]): string {
  let folder = dirname(files[0] ?? ".");
  for (const file of files) while (relative(folder, file).startsWith("..")) folder = dirname(folder);
  return folder;
}

/**
 * Writes a data set as one COCO JSON. `file_name` is relative to it, with forward slashes; `split`, `verified`,
 * `difficult`, `truncated` and `pose` are further fields. Category ids are the data set's, else class index + 1.
 */
export async function writeCoco(dataset: Dataset, path: string): Promise<void> {
  const categoryId = (index: number) => dataset.categoryIds?.[index] ?? index + 1;
  let annotationId = 0;
  const coco = {
    info: { description: "Written by anchorkit", exif_orientation: "applied" },
    images: dataset.images.map((image) => imageRecord(image, dirname(path))),
    annotations: dataset.images.flatMap((image) =>
      image.objects.map((object) => ({
        id: ++annotationId,
        image_id: image.id,
        category_id: categoryId(object.class),
        ...objectRecord(object),
      })),
    ),
    categories: dataset.classes.map((name, index) => ({ id: categoryId(index), name, supercategory: "" })),
  };
  await writeFileAtomic(path, `${JSON.stringify(coco, undefined, 1)}\n`);
}

function imageRecord(image: ImageRecord, folder: string): Record<string, unknown> {
  const { id, file, width, height, split, verified } = image;
  return { id, file_name: posixPath(relative(resolve(folder), resolve(file))), width, height, split, verified };
}

function objectRecord({ box: [x1, y1, x2, y2], ...object }: LabelledObject): Record<string, unknown> {
  const { area = (x2 - x1) * (y2 - y1), crowd, difficult, truncated, pose } = object;
  return { bbox: [x1, y1, x2 - x1, y2 - y1], area, iscrowd: crowd ? 1 : 0, difficult, truncated, pose };
}

function objectOf(
  annotation: CocoFile["annotations"][number],
  classOf: ReadonlyMap<number, number>,
  where: string,
): FoundObject {
  const [x, y, width, height] = annotation.bbox;
  return {
    where,
    box: [x, y, x + width, y + height],
    class: classOf.get(annotation.category_id) ?? 0,
    ...(annotation.iscrowd && { crowd: true }),
    ...(typeof annotation.area === "number" && { area: annotation.area }),
    ...(annotation.difficult && { difficult: true }),
    ...(annotation.truncated && { truncated: true }),
    ...(annotation.pose !== undefined && { pose: annotation.pose }),
  };
}

/**
 * The file of each name: from the JSON's folder, else one below it whose path ends like the name. A folder without
 * images, such as `annotations`, is searched together with its neighbours.
 */
async function findImages(json: string, names: readonly string[]): Promise<(string | undefined)[]> {
  const here = dirname(resolve(json));
  const direct = await mapParallel(names, 16, async (name) => {
    const file = resolve(here, name);
    return (await kindOf(file)) === "file" ? file : undefined;
  });
  if (!direct.includes(undefined)) return direct;
  const inside = (await listFiles(here, 3)).filter(isImageName);
  const root = inside.length > 0 ? here : join(here, "..");
  const around = inside.length > 0 ? inside : (await listFiles(root, 3)).filter(isImageName);
  const byFullName = groupBy(around, (file) => basename(file));
  const ownSplit = splitNamed(basename(json).replace(/^instances_|^_annotations|[._]?coco|\.json$|\d/g, ""));
  const inOwnSplit = (file: string) => ownSplit !== undefined && splitOfPath(relative(root, file)) === ownSplit;
  return names.map((name, i) => {
    const parts = name.split(/[\\/]/);
    const alike = byFullName.get(parts.at(-1) ?? "") ?? [];
    const ending = alike.filter((file) => posixPath(file).endsWith(`/${parts.join("/")}`));
    const candidates = ending.length > 0 ? ending : alike.length === 1 ? alike : [];
    return direct[i] ?? candidates.find(inOwnSplit) ?? candidates.sort((a, b) => a.length - b.length)[0];
  });
}

function jsonOf(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AnchorkitError(`${name}: is not valid JSON: ${messageOf(error)}`);
  }
}

/** ["annotations", 12, "bbox", 2] as annotations[12].bbox[2]. */
function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return text === "" ? "the document" : text.replace(/^\./, "");
}

function uniqueIds(records: readonly { id: number }[], list: string, name: string): Set<number> {
  const ids = new Set<number>();
  for (const [i, record] of records.entries()) {
    if (ids.has(record.id)) throw new AnchorkitError(`${name}: ${list}[${i}]: the id ${record.id} is there twice`);
    ids.add(record.id);
  }
  return ids;
}
