import { stat } from "node:fs/promises";
import { AnchorkitError } from "../../../base/errors.ts";
import { describeConvention } from "../../comparison/boxConvention.ts";
import type { CocoTruth, ComparedImage } from "../../comparison/comparedImage.ts";
import { NAME_LISTS, OwnNames } from "../../comparison/names/ownNames.ts";
import { type ResultOptions, ResultReader } from "../../comparison/resultReader.ts";
import { shownPath } from "../../files.ts";
import { jsonRecords, type RecordBatch } from "../../records/jsonRecords.ts";
import { readCocoTruth } from "./cocoTruth.ts";

export type { ResultOptions };

/** Truth and results, ready to be evaluated. */
export interface CocoResults {
  /** Names of the categories, in the order of their ids. */
  classes: string[];
  /** In the order of their ids. */
  images: ComparedImage[];
  /** What was left out or looks wrong, one line each. */
  warnings: string[];
}

/**
 * Reads the results of any detector: records { image_id, category_id, bbox: [x, y, width, height], score }, with a
 * `segmentation` in place of or beside the box. They are a JSON list, JSON Lines, or a list in an object's `annotations`,
 * `predictions`, `results` or `detections`; any of them may be in gzip. However long the file is, memory is bounded by
 * images * classes * maxDetections. Where results or their file carry names of images and categories, these count, see
 * `ResultOptions.match`; a warning says where they contradict the ids. Results of a category that the truth does not have are left out, as pycocotools
 * does, with a warning.
 *
 * @param truth the file of the labels, or what `readCocoTruth` made of it (with masks, if masks are asked for here)
 * @throws AnchorkitError that names file and record for what is missing or wrong, and what was probably meant
 */
export async function readCocoResults(
  truth: string | CocoTruth,
  file: string,
  options: ResultOptions = {},
): Promise<CocoResults> {
  const name = shownPath(file);
  const known = typeof truth === "string" ? await readCocoTruth(truth, options) : truth;
  const own = new OwnNames();
  const [named, twice] = [options.match !== "id", await isFile(file)];
  if (named && twice) for (const batch of await nameLists(file)) own.add(batch, name);
  const reader = new ResultReader(name, known, options, own);
  for await (const batch of jsonRecords(file, named && !twice ? [...LISTS, ...NAME_LISTS] : LISTS)) {
    if (!isNameList(batch.list)) reader.add(batch);
    else if (reader.count === 0) own.add(batch, name);
    else
      throw new AnchorkitError(`${name}: ${batch.list} come after the results, and a pipe is read once: give a file`);
  }
  const { images, warnings } = reader.finish();
  const convention = (options.boxes ?? "xywh") === "xywh" ? describeConvention(images) : undefined;
  if (convention !== undefined) warnings.push(`${name}: ${convention}`);
  return { classes: known.classes, images, warnings: [...known.warnings, ...warnings] };
}

const LISTS = ["annotations", "predictions", "results", "detections"];

/** What the file calls its images and categories, wherever these lists stand in it. */
async function nameLists(file: string): Promise<RecordBatch[]> {
  const batches: RecordBatch[] = [];
  try {
    for await (const batch of jsonRecords(file, NAME_LISTS)) {
      if (!isNameList(batch.list)) return []; // a list, or lines
      batches.push(batch);
    }
  } catch {
    return []; // there is none; what else may be wrong is told when the results are read
  }
  return batches;
}

function isNameList(list: string): boolean {
  return NAME_LISTS.some((one) => one === list);
}

/** Whether it can be read twice, as a pipe cannot. */
async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => true, // reading it says why not
  );
}
