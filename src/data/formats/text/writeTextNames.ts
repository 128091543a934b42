import { extname, join } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import type { Dataset, ImageRecord } from "../../dataset.ts";
import { shownPath } from "../../files.ts";
import { Warnings } from "../../warnings.ts";
import { type ExportedImage, placeImages, splitFolder } from "../exportImages.ts";
import type { WriteOptions, WriteResult } from "../format.ts";

/** What no file name can hold, on some system or other; and a dot at its beginning, which hides it. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const NO_NAME = /[/\\:*?"<>|\u0000-\u001f]|^\./;

/** Bytes of a text that has room in a name, with a number and an extension. */
const LONGEST = 200;

/**
 * Writes images under the texts in them, in a folder for each split: a number behind "_" tells those of the same text apart,
 * and stands also behind a text that ends with one.
 *
 * @throws AnchorkitError when no image has a text, and for a text that no file can be named by
 */
export async function writeTextNames(
  dataset: Dataset,
  folder: string,
  { copy = false }: WriteOptions = {},
): Promise<WriteResult> {
  const warnings = new Warnings();
  const taken = new Set<string>();
  const exported = dataset.images.flatMap((image): ExportedImage[] => {
    if (image.text !== undefined) return [{ image, name: freeName(image, image.text, taken) }];
    warnings.add("images without a text, left out", shownPath(image.file));
    return [];
  });
  if (exported.length === 0) throw new AnchorkitError(`none of ${dataset.images.length} images has a text as a whole`);
  const images = await placeImages(exported, folder, copy);
  return { path: folder, images, warnings: warnings.lines() };
}

function freeName(image: ImageRecord, text: string, taken: Set<string>): string {
  if (NO_NAME.test(text) || Buffer.byteLength(text) > LONGEST) {
    throw new AnchorkitError(
      `${shownPath(image.file)}: no file can be named by its text ${shown(text)}; write a list (label export --to texts)`,
    );
  }
  const extension = extname(image.file);
  const keyOf = (name: string): string => join(splitFolder(image), name).toLowerCase();
  let name = /_\d+$/.test(text) ? `${text}_1` : text;
  for (let number = 2; taken.has(keyOf(name)); number++) name = `${text}_${number}`;
  taken.add(keyOf(name));
  return join(splitFolder(image), `${name}${extension}`).replaceAll("\\", "/");
}
