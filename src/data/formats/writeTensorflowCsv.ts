import { join } from "node:path";
import { writeFileAtomic } from "../../base/files.ts";
import type { Dataset } from "../dataset.ts";
import { exportNames, placeImages } from "../exportImages.ts";
import { groupBy } from "../files.ts";
import { Warnings } from "../warnings.ts";
import { csvText } from "./csvRows.ts";
import type { WriteOptions, WriteResult } from "./format.ts";
import { imagesWithObjects } from "./imagesWithObjects.ts";

const HEADER = ["filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax"];

/**
 * Writes a data set as TensorFlow's tutorials have it: `images/` and `train_labels.csv`, `val_labels.csv` and
 * `test_labels.csv`, or `labels.csv` for images without a split. Corners are written as they are, with fractions.
 */
export async function writeTensorflowCsv(
  dataset: Dataset,
  folder: string,
  options: WriteOptions = {},
): Promise<WriteResult> {
  const warnings = new Warnings();
  const { classes } = dataset;
  const images = imagesWithObjects(dataset.images, warnings);
  const names = exportNames(images, warnings);
  const placed = await placeImages(images, join(folder, "images"), names, options);
  const nameOf = new Map(images.map((image, i) => [image, names[i] ?? ""]));
  for (const [split, members] of groupBy(images, (image) => image.split ?? "")) {
    const rows = members.flatMap((image) =>
      image.objects.map(({ box, class: id }) => {
        return [nameOf.get(image) ?? "", image.width, image.height, classes[id] ?? "", ...box];
      }),
    );
    const file = join(folder, split === "" ? "labels.csv" : `${split}_labels.csv`);
    await writeFileAtomic(file, csvText([HEADER, ...rows]));
  }
  return { path: folder, images: placed, warnings: warnings.lines() };
}
