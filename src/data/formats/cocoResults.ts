import { z } from "zod";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import type { Detections } from "../../geometry/detections.ts";
import { readText, shownPath } from "../files.ts";
import { Warnings } from "../warnings.ts";
import { parseCoco } from "./coco.ts";

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
interface ComparedImage {
  truth: Boxes & { crowd: boolean[]; ignore: boolean[]; areas: number[] };
  detections: Boxes & { scores: number[] };
}

/** Truth and results, ready to be evaluated. */
export interface CocoComparison {
  /** Names of the categories, in the order of their ids. */
  classes: string[];
  /** In the order of their ids. */
  images: ComparedImage[];
  /** What was left out, one line each. */
  warnings: string[];
}

const resultSchema = z.object({
  image_id: z.int(),
  category_id: z.int(),
  bbox: z.tuple([z.number(), z.number(), z.number().min(0), z.number().min(0)]),
  score: z.number(),
});

/**
 * Reads COCO ground truth (instances JSON; the images themselves are not needed) and the results of any detector on
 * it: a list of { image_id, category_id, bbox: [x, y, width, height], score }. Objects marked `difficult` (an
 * extension, from Pascal VOC) are to be ignored. Results of a category that the truth does not have are left out, as
 * pycocotools does, with a warning.
 *
 * @throws AnchorkitError that names file and entry for what is missing or wrong, such as a result for an unknown image
 */
export async function readCocoResults(truthFile: string, resultsFile: string): Promise<CocoComparison> {
  const [truthName, resultsName] = [shownPath(truthFile), shownPath(resultsFile)];
  const truth = parseCoco(await readText(truthFile), truthName);
  const categories = truth.categories.sort((a, b) => a.id - b.id);
  const classOf = new Map(categories.map(({ id }, index) => [id, index]));
  const ids = truth.images.map(({ id }) => id).sort((a, b) => a - b);
  const images = new Map(ids.map((id) => [id, emptyImage()]));
  for (const { image_id, category_id, bbox, area, iscrowd, difficult } of truth.annotations) {
    const columns = images.get(image_id)?.truth; // parseCoco has seen to it that image and category exist
    if (columns === undefined) continue;
    const boxArea = addBox(columns, bbox, classOf.get(category_id) ?? 0);
    columns.areas.push(area ?? boxArea);
    columns.crowd.push(iscrowd ?? false);
    columns.ignore.push(difficult ?? false);
  }

  const warnings = new Warnings();
  for (const [i, value] of parseList(await readText(resultsFile), resultsName).entries()) {
    const where = `${resultsName}: result ${i}`;
    const { image_id, category_id, bbox, score } = parseResult(value, where);
    const columns = images.get(image_id)?.detections;
    if (columns === undefined) throw new AnchorkitError(`${where}: image_id ${image_id} is not in ${truthName}`);
    const category = classOf.get(category_id);
    if (category === undefined) {
      warnings.add(`results left out, as ${truthName} has no category_id ${category_id}`, where);
      continue;
    }
    addBox(columns, bbox, category);
    columns.scores.push(score);
  }
  const classes = categories.map(({ name }) => name);
  return { classes, images: [...images.values()], warnings: warnings.lines() };
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
      const [x1 = NaN, y1 = NaN, x2 = NaN, y2 = NaN] = detections.boxes.subarray(4 * i);
      const result = {
        image_id: imageId,
        category_id: categoryIds[detections.classes[i] ?? -1],
        bbox: [x1, y1, x2 - x1, y2 - y1].map((value) => round(value, 2)),
        score: round(score, 5),
        file_name: fileName,
      };
      lines.push(JSON.stringify(result));
    }
  }
  await writeFileAtomic(file, lines.length === 0 ? "[]\n" : `[\n${lines.join(",\n")}\n]\n`);
}

function emptyImage(): ComparedImage {
  return {
    truth: { boxes: [], boxAreas: [], classes: [], crowd: [], ignore: [], areas: [] },
    detections: { boxes: [], boxAreas: [], classes: [], scores: [] },
  };
}

/** Adds a COCO box to the columns and answers its area. */
function addBox(columns: Boxes, [x, y, width, height]: [number, number, number, number], category: number): number {
  columns.boxes.push(x, y, x + width, y + height);
  columns.boxAreas.push(width * height);
  columns.classes.push(category);
  return width * height;
}

function parseList(text: string, name: string): unknown[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new AnchorkitError(`${name}: is not valid JSON: ${messageOf(error)}`);
  }
  if (Array.isArray(content)) return content;
  throw new AnchorkitError(`${name}: COCO results are a list of { image_id, category_id, bbox, score }`);
}

function parseResult(value: unknown, where: string): z.infer<typeof resultSchema> {
  const parsed = resultSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AnchorkitError(`${where}: ${[...(issue?.path ?? []), issue?.message].join(": ")}`);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
