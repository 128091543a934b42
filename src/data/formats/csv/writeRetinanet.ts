import { join } from "node:path";
import { writeFileAtomic } from "../../../base/files.ts";
import type { Dataset } from "../../dataset.ts";
import { exportImages } from "../exportImages.ts";
import { groupBy, shownPath } from "../../files.ts";
import { Warnings } from "../../warnings.ts";
import { wholeBox } from "../corners.ts";
import { csvText } from "../../records/csvRows.ts";
import type { WriteOptions, WriteResult } from "../format.ts";

/** Where the classes and their numbers are. */
export const CLASS_LIST = "classes.csv";

/**
 * Writes a data set as RetinaNet's CSV: `images/`, `classes.csv`, and `train.csv`, `val.csv` and `test.csv`, or
 * `annotations.csv` for images without a split. Corners are rounded to whole pixels, which its readers insist on, at
 * least one pixel apart.
 */
export async function writeRetinanet(
  dataset: Dataset,
  folder: string,
  options: WriteOptions = {},
): Promise<WriteResult> {
  const warnings = new Warnings();
  const { images, classes } = dataset;
  const { exported, placed } = await exportImages(images, join(folder, "images"), warnings, options);
  for (const [split, members] of groupBy(exported, ({ image }) => image.split ?? "annotations")) {
    const rows = members.flatMap(({ image, name }) => {
      const path = `images/${name}`;
      if (image.objects.length === 0) return [[path, "", "", "", "", ""]];
      return image.objects.map(({ box, class: id }, i) => {
        if (!box.every(Number.isInteger)) {
          warnings.add("boxes with fractions of a pixel, rounded", `${shownPath(image.file)}: object ${i + 1}`);
        }
        return [path, ...wholeBox(box, image), classes[id] ?? ""];
      });
    });
    await writeFileAtomic(join(folder, `${split}.csv`), csvText(rows));
  }
  await writeFileAtomic(join(folder, CLASS_LIST), csvText(classes.map((name, id) => [name, id])));
  return { path: folder, images: placed, warnings: warnings.lines() };
}
