import { basename, join } from "node:path";
import { writeFileAtomic } from "../../../base/files.ts";
import type { Dataset, ImageRecord } from "../../dataset.ts";
import { exportImages, splitFolder } from "../exportImages.ts";
import { groupBy } from "../../files.ts";
import { Warnings } from "../../warnings.ts";
import type { WriteOptions, WriteResult } from "../format.ts";

/**
 * Writes a data set as CreateML reads it: a folder with images and `_annotations.createml.json`, one for each split
 * where there are splits.
 */
export async function writeCreateMl(
  dataset: Dataset,
  folder: string,
  options: WriteOptions = {},
): Promise<WriteResult> {
  const warnings = new Warnings();
  const { images, classes } = dataset;
  const { exported, placed } = await exportImages(images, folder, warnings, { ...options, folderOf: splitFolder });
  for (const [split, members] of groupBy(exported, ({ image }) => splitFolder(image))) {
    const records = members.map(({ image, name }) => JSON.stringify(recordOf(image, basename(name), classes)));
    const file = join(folder, split, "_annotations.createml.json");
    await writeFileAtomic(file, `[\n${records.join(",\n")}\n]\n`);
  }
  return { path: folder, images: placed, warnings: warnings.lines() };
}

function recordOf({ objects, verified }: ImageRecord, image: string, classes: readonly string[]): object {
  const annotations = objects.map(({ box: [x1, y1, x2, y2], class: id }) => ({
    label: classes[id] ?? "",
    coordinates: { x: (x1 + x2) / 2, y: (y1 + y2) / 2, width: x2 - x1, height: y2 - y1 },
  }));
  return { image, ...(verified && { verified }), annotations };
}
