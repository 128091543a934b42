import { describeConvention } from "../../comparison/boxConvention.ts";
import type { CocoTruth, ComparedImage } from "../../comparison/comparedImage.ts";
import { type ResultOptions, ResultReader } from "../../comparison/resultReader.ts";
import { shownPath } from "../../files.ts";
import { jsonRecords } from "../../records/jsonRecords.ts";
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
 * images * classes * maxDetections. Results of a category that the truth does not have are left out, as pycocotools
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
  const reader = new ResultReader(name, known, options);
  for await (const batch of jsonRecords(file, LISTS)) reader.add(batch);
  const { images, warnings } = reader.finish();
  const convention = (options.boxes ?? "xywh") === "xywh" ? describeConvention(images) : undefined;
  if (convention !== undefined) warnings.push(`${name}: ${convention}`);
  return { classes: known.classes, images, warnings: [...known.warnings, ...warnings] };
}

const LISTS = ["annotations", "predictions", "results", "detections"];
