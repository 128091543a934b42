import { readFile } from "node:fs/promises";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import type { Detections } from "../../geometry/detections.ts";

/** Boxes of one image as COCO's evaluation needs them: nothing rounded or left out. */
interface Boxes {
  /** n * 4 numbers: x1, y1, x2, y2. */
  boxes: number[];
  /** width * height as the file gives them: (x + width) - x is not always width in floating point. */
  boxAreas: number[];
  /** Indices into the classes. */
  classes: number[];
}

/** What is labelled in one image and what some tool found in it. */
export interface CocoComparison {
  /** Names of the categories, in the order of their ids. */
  classes: string[];
  /** In the order of their ids. */
  images: {
    truth: Boxes & { crowd: boolean[]; ignore: boolean[]; areas: number[] };
    detections: Boxes & { scores: number[] };
  }[];
  /** What was left out, one line each. */
  warnings: string[];
}

/**
 * Reads COCO ground truth (instances JSON; the images themselves are not needed) and the results of any detector on
 * it: a list of { image_id, category_id, bbox: [x, y, width, height], score }. Objects marked `difficult` (an
 * extension, from Pascal VOC) are to be ignored. Results of a category that the truth does not have are left out, as
 * pycocotools does, with a warning.
 *
 * @throws AnchorkitError that names file and entry for what is missing or wrong, such as a result for an unknown image
 */
export async function readCocoResults(truthFile: string, resultsFile: string): Promise<CocoComparison> {
  const truth = object(await readJson(truthFile), truthFile);
  const categories = byId(list(truth.categories, `${truthFile}: categories`), `${truthFile}: category`);
  const classes = categories.map(({ entry }) => (typeof entry.name === "string" ? entry.name : String(entry.id)));
  const classOf = new Map<unknown, number>(categories.map(({ id }, index) => [id, index]));
  const imageIds = byId(list(truth.images, `${truthFile}: images`), `${truthFile}: image`);
  const images = imageIds.map((): CocoComparison["images"][number] => ({
    truth: { boxes: [], boxAreas: [], classes: [], crowd: [], ignore: [], areas: [] },
    detections: { boxes: [], boxAreas: [], classes: [], scores: [] },
  }));
  const imageOf = new Map<unknown, (typeof images)[number] | undefined>(
    imageIds.map(({ id }, index) => [id, images[index]]),
  );

  for (const [i, value] of list(truth.annotations, `${truthFile}: annotations`).entries()) {
    const where = `${truthFile}: annotation ${i}`;
    const entry = object(value, where);
    const image = imageOf.get(entry.image_id);
    if (image === undefined) throw new AnchorkitError(`${where}: image_id ${String(entry.image_id)} is no image's`);
    const category = classOf.get(entry.category_id);
    if (category === undefined) {
      throw new AnchorkitError(`${where}: category_id ${String(entry.category_id)} is no category's`);
    }
    const boxArea = addBox(image.truth, entry.bbox, category, where);
    image.truth.areas.push(entry.area === undefined ? boxArea : number(entry.area, `${where}: area`));
    image.truth.crowd.push(Boolean(entry.iscrowd));
    image.truth.ignore.push(Boolean(entry.difficult));
  }

  const unknown = new Map<unknown, number>();
  for (const [i, value] of list(await readJson(resultsFile), resultsFile).entries()) {
    const where = `${resultsFile}: result ${i}`;
    const entry = object(value, where);
    const image = imageOf.get(entry.image_id);
    if (image === undefined) {
      throw new AnchorkitError(`${where}: image_id ${String(entry.image_id)} is not in ${truthFile}`);
    }
    const category = classOf.get(entry.category_id);
    if (category === undefined) {
      unknown.set(entry.category_id, (unknown.get(entry.category_id) ?? 0) + 1);
      continue;
    }
    addBox(image.detections, entry.bbox, category, where);
    image.detections.scores.push(number(entry.score, `${where}: score`));
  }
  const warnings = [...unknown].map(
    ([id, count]) => `${resultsFile}: ${count} results left out: category_id ${String(id)} is not in ${truthFile}`,
  );
  return { classes, images, warnings };
}

/** One image's detections, and how the image is known. */
export interface ImageDetections {
  imageId: number;
  fileName: string;
  detections: Detections;
}

/**
 * Writes detections as COCO results, best score first within an image. `categoryIds[k]` is the category of class k.
 * Each entry also has `file_name`, which COCO's tools overlook.
 */
export async function writeCocoResults(
  file: string,
  images: Iterable<ImageDetections>,
  categoryIds: readonly number[],
): Promise<void> {
  const lines: string[] = [];
  for (const { imageId, fileName, detections } of images) {
    for (const [i, score] of detections.scores.entries()) {
      const [x1, y1, x2, y2] = detections.boxes.subarray(4 * i, 4 * i + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      const category = categoryIds[detections.classes[i] ?? -1];
      const bbox = [x1, y1, x2 - x1, y2 - y1].map((value) => round(value, 2));
      lines.push(
        JSON.stringify({
          image_id: imageId,
          category_id: category,
          bbox,
          score: round(score, 5),
          file_name: fileName,
        }),
      );
    }
  }
  await writeFileAtomic(file, lines.length === 0 ? "[]\n" : `[\n${lines.join(",\n")}\n]\n`);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** Adds a COCO box to the columns and answers its area. */
function addBox(columns: Boxes, bbox: unknown, category: number, where: string): number {
  const sides = list(bbox, `${where}: bbox`).map((side) => number(side, `${where}: bbox`));
  const [x, y, width, height] = sides;
  if (x === undefined || y === undefined || width === undefined || height === undefined || sides.length > 4) {
    throw new AnchorkitError(`${where}: bbox must be [x, y, width, height], got ${sides.length} numbers`);
  }
  if (width < 0 || height < 0) throw new AnchorkitError(`${where}: bbox has a negative side: ${width} x ${height}`);
  columns.boxes.push(x, y, x + width, y + height);
  columns.boxAreas.push(width * height);
  columns.classes.push(category);
  return width * height;
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new AnchorkitError(`${file}: ${messageOf(error)}`);
  }
}

/** Entries with their ids, ordered by them. */
function byId(entries: readonly unknown[], what: string): { id: number; entry: Record<string, unknown> }[] {
  const seen = new Set<number>();
  const found = entries.map((value, i) => {
    const entry = object(value, `${what} ${i}`);
    const id = number(entry.id, `${what} ${i}: id`);
    if (seen.has(id)) throw new AnchorkitError(`${what} ${i}: id ${id} is another one's, too`);
    seen.add(id);
    return { id, entry };
  });
  return found.sort((a, b) => a.id - b.id);
}

function object(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new AnchorkitError(`${where}: expected an object, got ${kind(value)}`);
}

function list(value: unknown, where: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new AnchorkitError(`${where}: expected a list, got ${kind(value)}`);
}

function number(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new AnchorkitError(`${where}: expected a number, got ${kind(value)}`);
}

function kind(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : JSON.stringify(value);
}
