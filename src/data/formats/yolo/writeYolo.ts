import { join } from "node:path";
import { Scalar, stringify } from "yaml";
import { writeFileAtomic } from "../../../base/files.ts";
import type { Dataset, ImageRecord, LabelledObject } from "../../dataset.ts";
import { exportImages } from "../exportImages.ts";
import { withoutExtension } from "../../files.ts";
import { mapParallel } from "../../parallel.ts";
import { Warnings } from "../../warnings.ts";
import type { WriteOptions, WriteResult } from "../format.ts";
import { cornersOf, joinPolygons, shareOf } from "../shapes.ts";

/**
 * Writes a data set as Ultralytics lays it out: `data.yaml`, `images/train/…` and `labels/train/….txt`, the same for
 * val and test. Images without a split are written as train. Polygons are kept, those of one object in one line; where
 * some objects have them, the boxes of the others are written as polygons, too. Numbers have 8 decimals, which keeps a
 * thousandth of a pixel in images of 50,000.
 */
export async function writeYolo(dataset: Dataset, folder: string, options: WriteOptions = {}): Promise<WriteResult> {
  const warnings = new Warnings();
  const { images, classes } = dataset;
  const outlined = images.some((image) => image.objects.some(({ segmentation }) => segmentation !== undefined));
  const naming = { ...options, folderOf: splitOf };
  const { exported, placed } = await exportImages(images, join(folder, "images"), warnings, naming);
  await mapParallel(exported, 16, async ({ image, name }) => {
    await writeFileAtomic(join(folder, "labels", `${withoutExtension(name)}.txt`), linesOf(image, outlined));
  });
  const splits = (["train", "val", "test"] as const).filter((split) =>
    images.some((image) => splitOf(image) === split),
  );
  for (const split of ["train", "val"] as const) {
    if (!splits.includes(split))
      warnings.add("splits without images that Ultralytics needs; label split draws them", split);
  }
  // Without "path", Ultralytics starts from the folder of the YAML; with ".", from the current one.
  const yaml = {
    ...Object.fromEntries(splits.map((split) => [split, `images/${split}`])),
    ...(outlined && { task: "segment" }),
    names: new Map(classes.map((name, id) => [id, quoted(name)])),
  };
  const path = join(folder, "data.yaml");
  await writeFileAtomic(path, stringify(yaml, { lineWidth: 0 }));
  return { path, images: placed, warnings: warnings.lines() };
}

/** A name in quotes: Python's YAML reads no, on and y as flags, and 12:30 as a number, where they have none. */
function quoted(name: string): Scalar<string> {
  const scalar = new Scalar(name);
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

function splitOf(image: ImageRecord): string {
  return image.split ?? "train";
}

/** The lines of an image. With `outlined`, each is a polygon: where some are boxes, Ultralytics forgets all polygons. */
function linesOf({ objects, width, height }: ImageRecord, outlined: boolean): string {
  return objects
    .map(({ class: id, box, segmentation }) => {
      const polygons = Array.isArray(segmentation) ? segmentation : outlined ? [cornersOf(box)] : undefined;
      const numbers = polygons ? joinPolygons(polygons) : centreAndSize(box);
      return `${[id, ...numbers.map((value, i) => shareOf(i % 2 === 0 ? width : height, value))].join(" ")}\n`;
    })
    .join("");
}

function centreAndSize([x1, y1, x2, y2]: LabelledObject["box"]): number[] {
  return [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1];
}
