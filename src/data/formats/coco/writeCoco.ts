import { dirname, join, relative, resolve } from "node:path";
import { copyFileAtomic, writeFileAtomic } from "../../../base/files.ts";
import { categoryIdsOf } from "../../categoryIds.ts";
import type { Dataset, Frame, ImageRecord, LabelledObject } from "../../dataset.ts";
import { outlineMask } from "../extras.ts";
import { posixPath } from "../../files.ts";
import { mapParallel } from "../../parallel.ts";
import { cocoSegmentation, segmentationArea } from "./cocoSegmentation.ts";
import type { WriteOptions, WriteResult } from "../format.ts";

/** The file that `label import` and `label export --to coco` write into their folder. */
export const DATASET_FILE = "annotations.json";

/**
 * Writes `annotations.json` into a folder; the images are referred to by relative paths, or copied to `images/`. As COCO
 * has it, and as many tools take it alone, masks of objects become the polygons around their pixels (holes are reached
 * by bridges, so that pycocotools fills them to the same pixels), and those of crowds remain run lengths.
 */
export async function write(dataset: Dataset, folder: string, options: WriteOptions = {}): Promise<WriteResult> {
  const images = dataset.images.map((image) => ({
    ...image,
    objects: image.objects.map((object) => (object.crowd ? object : outlineMask(object))),
  }));
  await writeDataset({ ...dataset, images }, folder, options);
  return { path: join(folder, DATASET_FILE), images: options.copy ? "copied" : "referred to", warnings: [] };
}

/**
 * Writes a data set into a folder as `annotations.json`.
 *
 * @returns the data set with its images where they lie now: with `copy`, in `images/`, with the folders below the one
 * that holds them all
 */
export async function writeDataset(dataset: Dataset, folder: string, { copy }: WriteOptions): Promise<Dataset> {
  const placed = copy ? await copyImages(dataset, folder) : dataset;
  await writeCoco(placed, join(folder, DATASET_FILE));
  return placed;
}

/**
 * Writes a data set as one COCO JSON, a record a line. `file_name` is relative to it, with forward slashes. What COCO
 * has no place for are further fields: `split`, `verified`, `category_ids`, `text`, `ignored` (pixels that do not count, as
 * a mask) and the image's own of an image; of a clip, whose `file_name` is the folder or animation that holds it, `frames`,
 * each with a `file_name`, its `page` in an animation, and its `category_id`;
 * `difficult`, `truncated`, `occluded`, `pose`, `score` and `attributes` of an annotation. Category ids are the data
 * set's, else class index + 1.
 */
export async function writeCoco(dataset: Dataset, path: string): Promise<void> {
  const categoryIds = categoryIdsOf(dataset);
  const categoryId = (index: number) => categoryIds[index] ?? index + 1;
  const folder = resolve(dirname(path));
  let annotationId = 0;
  const annotations = dataset.images.flatMap((image) =>
    image.objects.map((object) => ({
      id: ++annotationId,
      image_id: image.id,
      category_id: categoryId(object.class),
      ...objectRecord(object),
    })),
  );
  const members = [
    `"info": ${JSON.stringify({ description: "Written by anchorkit", exif_orientation: "applied" })}`,
    listOf(
      "images",
      dataset.images.map((image) => imageRecord(image, folder, categoryId)),
    ),
    listOf("annotations", annotations),
    listOf(
      "categories",
      dataset.classes.map((name, index) => ({ id: categoryId(index), name, supercategory: "" })),
    ),
  ];
  await writeFileAtomic(path, `{\n${members.join(",\n")}\n}\n`);
}

function listOf(name: string, records: readonly unknown[]): string {
  return `"${name}": [\n${records.map((record) => JSON.stringify(record)).join(",\n")}\n]`;
}

function imageRecord(
  { id, file, width, height, split, verified, labels, text, frames, ignored, fields }: ImageRecord,
  folder: string,
  categoryId: (index: number) => number,
): Record<string, unknown> {
  const nameOf = (path: string): string => posixPath(relative(folder, resolve(path)));
  const file_name = nameOf(file);
  const category_ids = labels?.map(categoryId);
  return {
    ...{ ...fields, id, file_name, width, height, split, verified, category_ids, text },
    ...(frames && { frames: frames.map((frame) => frameRecord(frame, nameOf, categoryId)) }),
    ...(ignored && { ignored: cocoSegmentation(ignored) }),
  };
}

function frameRecord(
  { file, page, label }: Frame,
  nameOf: (path: string) => string,
  categoryId: (index: number) => number,
): Record<string, unknown> {
  return { file_name: nameOf(file), page, ...(label !== undefined && { category_id: categoryId(label) }) };
}

function objectRecord({ box, class: _, crowd, area, segmentation, ...said }: LabelledObject): Record<string, unknown> {
  const [x1, y1, x2, y2] = box;
  const own = segmentation ? segmentationArea(segmentation) : (x2 - x1) * (y2 - y1);
  return {
    ...{ bbox: [x1, y1, x2 - x1, y2 - y1], area: area ?? own, iscrowd: crowd ? 1 : 0 },
    segmentation: cocoSegmentation(segmentation),
    ...said,
  };
}

/** Where `writeDataset` copies each file to that an image or clip lies in, absolute. */
export function copiedFiles({ images }: Dataset, folder: string): ReadonlyMap<string, string> {
  const files = [...new Set(images.flatMap(filesOf))];
  const root = commonFolder(files);
  return new Map(files.map((file) => [file, resolve(folder, "images", relative(root, file))]));
}

/** The files of an image or of the frames of a clip, absolute. */
function filesOf({ file, frames }: ImageRecord): string[] {
  return (frames ?? [{ file }]).map((one) => resolve(one.file));
}

async function copyImages(dataset: Dataset, folder: string): Promise<Dataset> {
  const files = copiedFiles(dataset, folder);
  await mapParallel([...files], 4, async ([from, to]) => copyFileAtomic(from, to));
  const placed = (file: string): string => files.get(resolve(file)) ?? "";
  const images = dataset.images.map(({ file, frames, ...image }): ImageRecord => {
    if (!frames) return { ...image, file: placed(file) };
    const copies = frames.map((frame) => ({ ...frame, file: placed(frame.file) }));
    return { ...image, file: files.get(resolve(file)) ?? dirname(copies[0]?.file ?? ""), frames: copies };
  });
  return { ...dataset, images };
}

function commonFolder(files: readonly string[]): string {
  let folder = dirname(files[0] ?? ".");
  for (const file of files) while (relative(folder, file).startsWith("..")) folder = dirname(folder);
  return folder;
}
