import { join } from "node:path";
import { writeFileAtomic } from "../../../base/files.ts";
import type { Dataset, ImageRecord } from "../../dataset.ts";
import { exportImages } from "../exportImages.ts";
import { groupBy, stemOf } from "../../files.ts";
import { Warnings } from "../../warnings.ts";
import { csvText } from "../../records/csvRows.ts";
import type { WriteOptions, WriteResult } from "../format.ts";
import { imagesWithObjects } from "../imagesWithObjects.ts";
import { shareOf } from "../shapes.ts";

const HEADER = [
  ...["ImageID", "Source", "LabelName", "Confidence", "XMin", "XMax", "YMin", "YMax"],
  ...["IsOccluded", "IsTruncated", "IsGroupOf", "IsDepiction", "IsInside"],
];

const NAMES: Record<string, string> = { train: "train-", val: "validation-", test: "test-" };

/**
 * Writes a data set as Open Images has it: `images/`, a `…annotations-bbox.csv` for each split, and
 * `class-descriptions-boxable.csv`, where a class's id is its name. Numbers have 8 decimals. A box with a score has the
 * Source "activation", as boxes that a machine drew have it.
 */
export async function writeOpenImages(
  dataset: Dataset,
  folder: string,
  options: WriteOptions = {},
): Promise<WriteResult> {
  const warnings = new Warnings();
  const { classes } = dataset;
  const images = imagesWithObjects(dataset.images, warnings);
  const { exported, placed } = await exportImages(images, join(folder, "images"), warnings, options);
  for (const [split, members] of groupBy(exported, ({ image }) => image.split ?? "")) {
    const rows = members.flatMap(({ image, name }) => rowsOf(image, name, classes));
    await writeFileAtomic(join(folder, `${NAMES[split] ?? ""}annotations-bbox.csv`), csvText([HEADER, ...rows]));
  }
  await writeFileAtomic(join(folder, "class-descriptions-boxable.csv"), csvText(classes.map((name) => [name, name])));
  return { path: folder, images: placed, warnings: warnings.lines() };
}

function rowsOf({ objects, width, height }: ImageRecord, name: string, classes: readonly string[]) {
  const id = stemOf(name);
  return objects.map(({ box: [x1, y1, x2, y2], class: label, score, occluded, truncated, crowd }) => [
    ...[id, score === undefined ? "xclick" : "activation", classes[label] ?? "", score ?? 1],
    ...[shareOf(width, x1), shareOf(width, x2), shareOf(height, y1), shareOf(height, y2)],
    ...[occluded ? 1 : 0, truncated ? 1 : 0, crowd ? 1 : 0, 0, 0],
  ]);
}
