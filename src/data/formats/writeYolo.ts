import { extname, join } from "node:path";
import { stringify } from "yaml";
import { writeFileAtomic } from "../../base/files.ts";
import type { Dataset, ImageRecord, LabelledObject } from "../dataset.ts";
import { exportNames, placeImages } from "../exportImages.ts";
import { mapParallel } from "../parallel.ts";
import { Warnings } from "../warnings.ts";
import type { WriteOptions, WriteResult } from "./format.ts";

/**
 * Writes a data set as Ultralytics lays it out: `data.yaml`, `images/train/…` and `labels/train/….txt`, the same for
 * val and test. Images without a split are written as train. Numbers have 8 decimals, which keeps a thousandth of a
 * pixel in images of 50,000.
 */
export async function writeYolo(dataset: Dataset, folder: string, options: WriteOptions = {}): Promise<WriteResult> {
  const warnings = new Warnings();
  const { images, classes } = dataset;
  const names = exportNames(images, warnings, splitOf);
  const placed = await placeImages(images, join(folder, "images"), names, options);
  await mapParallel(images, 16, async (image, i) => {
    const name = names[i] ?? "";
    const file = join(folder, "labels", `${name.slice(0, name.length - extname(name).length)}.txt`);
    await writeFileAtomic(file, linesOf(image));
  });
  const splits = (["train", "val", "test"] as const).filter((split) =>
    images.some((image) => splitOf(image) === split),
  );
  const yaml = {
    path: ".",
    ...Object.fromEntries(splits.map((split) => [split, `images/${split}`])),
    names: Object.fromEntries(classes.map((name, id) => [id, name])),
  };
  const path = join(folder, "data.yaml");
  await writeFileAtomic(path, stringify(yaml, { lineWidth: 0 }));
  return { path, images: placed, warnings: warnings.lines() };
}

function splitOf(image: ImageRecord): string {
  return image.split ?? "train";
}

function linesOf(image: ImageRecord): string {
  return image.objects.map((object) => `${lineOf(object, image)}\n`).join("");
}

function lineOf({ class: id, box: [x1, y1, x2, y2] }: LabelledObject, { width, height }: ImageRecord): string {
  const numbers = [(x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height];
  return [id, ...numbers.map((number) => Number(number.toFixed(8)))].join(" ");
}
