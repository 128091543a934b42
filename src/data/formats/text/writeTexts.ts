import { join } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { writeFileAtomic } from "../../../base/files.ts";
import type { Dataset } from "../../dataset.ts";
import { shownPath } from "../../files.ts";
import { csvText } from "../../records/csvRows.ts";
import { Warnings } from "../../warnings.ts";
import { exportImages } from "../exportImages.ts";
import type { WriteOptions, WriteResult } from "../format.ts";

/**
 * Writes the images and texts of a data set as `images/` and `texts.csv`: a row for each image with its file, its text
 * and, where there are splits, its split.
 *
 * @throws AnchorkitError when no image has a text of its own
 */
export async function writeTexts(dataset: Dataset, folder: string, options: WriteOptions = {}): Promise<WriteResult> {
  const warnings = new Warnings();
  const images = dataset.images.filter(({ text, file }) => {
    if (text === undefined) warnings.add("images without a text, left out of a list of texts", shownPath(file));
    return text !== undefined;
  });
  if (images.length === 0) {
    throw new AnchorkitError(
      `none of ${dataset.images.length} images has a text as a whole; a list of texts holds no boxes`,
    );
  }
  for (const { file, objects } of images) {
    for (const i of objects.keys()) {
      warnings.add("boxes, which a list of texts cannot hold, left out", `${shownPath(file)}: object ${i + 1}`);
    }
  }
  const hasSplits = images.some(({ split }) => split !== undefined);
  const { exported, placed } = await exportImages(images, join(folder, "images"), warnings, options);
  const rows = exported.map(({ image: { text = "", split = "" }, name }) => [
    ...[`images/${name}`, text],
    ...(hasSplits ? [split] : []),
  ]);
  const header = ["file", "text", ...(hasSplits ? ["split"] : [])];
  await writeFileAtomic(join(folder, "texts.csv"), csvText([header, ...rows]));
  return { path: folder, images: placed, warnings: warnings.lines() };
}
