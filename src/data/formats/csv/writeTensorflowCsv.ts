import { join } from "node:path";
import { writeFileAtomic } from "../../../base/files.ts";
import type { Dataset, LabelledObject } from "../../dataset.ts";
import { exportImages } from "../exportImages.ts";
import { groupBy } from "../../files.ts";
import { Warnings } from "../../warnings.ts";
import { csvText } from "../../records/csvRows.ts";
import type { WriteOptions, WriteResult } from "../format.ts";
import { imagesWithObjects } from "../imagesWithObjects.ts";

type Box = LabelledObject["box"];

const HEADER = ["filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax"];

/**
 * Writes a data set as TensorFlow's tutorials have it: `images/` and `train_labels.csv`, `val_labels.csv` and
 * `test_labels.csv`, or `labels.csv` for images without a split. Corners are written as they are, with fractions. Where
 * all of a file could be LabelImg's, whose 1 is a 0 (see `tensorflowCsv`), a minimum of 1 is written as "1.0".
 */
export async function writeTensorflowCsv(
  dataset: Dataset,
  folder: string,
  options: WriteOptions = {},
): Promise<WriteResult> {
  const warnings = new Warnings();
  const { classes } = dataset;
  const images = imagesWithObjects(dataset.images, warnings);
  const { exported, placed } = await exportImages(images, join(folder, "images"), warnings, options);
  for (const [split, members] of groupBy(exported, ({ image }) => image.split ?? "")) {
    const boxes = members.flatMap(({ image: { objects } }) => objects.map(({ box }) => box));
    const write = boxes.every(couldBeOfLabelImg) ? exactCorners : (box: Box): (string | number)[] => box;
    const rows = members.flatMap(({ image: { objects, width, height }, name }) =>
      objects.map(({ box, class: id }) => [name, width, height, classes[id] ?? "", ...write(box)]),
    );
    const file = join(folder, split === "" ? "labels.csv" : `${split}_labels.csv`);
    await writeFileAtomic(file, csvText([HEADER, ...rows]));
  }
  return { path: folder, images: placed, warnings: warnings.lines() };
}

function couldBeOfLabelImg(box: Box): boolean {
  return box.every((corner) => corner >= 1 && Number.isInteger(corner));
}

function exactCorners([x1, y1, x2, y2]: Box): (string | number)[] {
  return [x1 === 1 ? "1.0" : x1, y1 === 1 ? "1.0" : y1, x2, y2];
}
