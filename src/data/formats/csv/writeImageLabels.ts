import { join } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { writeFileAtomic } from "../../../base/files.ts";
import type { Dataset } from "../../dataset.ts";
import { shownPath } from "../../files.ts";
import { csvText } from "../../records/csvRows.ts";
import { Warnings } from "../../warnings.ts";
import { exportImages } from "../exportImages.ts";
import type { WriteOptions, WriteResult } from "../format.ts";
import { cellOfLabels } from "./labelCells.ts";

/**
 * Writes the images and labels of a data set as `images/` and `labels.csv`: a row for each image with its file, its label
 * and, where there are splits, its split. Where any image has several labels, or is said to have none, the column is called
 * `labels`, and "|" stands between those of a cell; what could be read as several is written as a list in JSON.
 *
 * @throws AnchorkitError when no image has a label of its own
 */
export async function writeImageLabels(
  dataset: Dataset,
  folder: string,
  options: WriteOptions = {},
): Promise<WriteResult> {
  const warnings = new Warnings();
  const { classes } = dataset;
  const isMulti = dataset.images.some(({ labels }) => labels !== undefined && labels.length !== 1);
  const images = dataset.images.filter(({ labels, file }) => {
    if (isMulti && !labels) {
      warnings.add("images of which no labels are known, left out of a list of several", shownPath(file));
    }
    return !isMulti || labels;
  });
  if (!images.some(({ labels = [] }) => labels.length > 0)) {
    throw new AnchorkitError(
      `none of ${dataset.images.length} images has a class as a whole; a list of image labels holds no boxes`,
    );
  }
  for (const { file, objects } of images) {
    for (const i of objects.keys()) {
      warnings.add("boxes, which a list of image labels cannot hold, left out", `${shownPath(file)}: object ${i + 1}`);
    }
  }
  const hasSplits = images.some(({ split }) => split !== undefined);
  const { exported, placed } = await exportImages(images, join(folder, "images"), warnings, options);
  const rows = exported.map(({ image: { labels = [], split = "" }, name }) => {
    const names = labels.map((label) => classes[label] ?? "");
    return [`images/${name}`, cellOfLabels(names, isMulti), ...(hasSplits ? [split] : [])];
  });
  const header = ["file", isMulti ? "labels" : "label", ...(hasSplits ? ["split"] : [])];
  await writeFileAtomic(join(folder, "labels.csv"), csvText([header, ...rows]));
  return { path: folder, images: placed, warnings: warnings.lines() };
}
