import { AnchorkitError } from "../base/errors.ts";
import { knownOptions } from "../geometry/knownOptions.ts";
import { countOf } from "../base/words.ts";
import { isImageName, shownPath } from "./files.ts";
import type { FormatId, LabelFormat, Likeness, ReadOptions, ReadResult, Wanted } from "./formats/format.ts";
import { FORMATS } from "./formats/registry.ts";
import { describeUnread } from "./formats/unread/describeUnread.ts";
import { lookAt, type Place } from "./place.ts";
import { applySplitTable } from "./split/splitTable.ts";
import { NothingLeftError, Warnings } from "./warnings.ts";

export interface ReadDatasetOptions extends ReadOptions {
  /** The format to read; found by looking at the files unless told. */
  from?: FormatId;
  /** What the labels are for, which decides between formats that look alike; open unless told. */
  wanted?: Wanted | undefined;
}

/**
 * Reads labelled images in whatever form they come: a file or folder of any format in formats/registry.ts, found by
 * looking at the files.
 *
 * Boxes come out in pixels of the image as it is shown. Splits are those of the format, or else of a `split.csv` (see
 * `applySplitTable`). What was mended or left out is in `warnings`.
 *
 * @throws AnchorkitError naming the file, and the object or field in it, for what cannot be read; and the formats that
 * it might be where it looks like several
 */
export async function readDataset(
  path: string,
  all: ReadDatasetOptions = {},
): Promise<ReadResult & { format: FormatId }> {
  knownOptions("readDataset", all, READING_OPTIONS);
  const { from, wanted, ...options } = all;
  const place = await lookAt(path);
  const format = from === undefined ? await formatOf(place, wanted) : FORMATS[from];
  if (options.images !== undefined && OWN_IMAGES.includes(format.id)) {
    throw new AnchorkitError(`${shownPath(path)}: ${format.title} has its images in itself; leave out --images`);
  }
  const warnings = new Warnings(options.observer);
  try {
    const result = await format.read(path, { ...options, warnings });
    if (result.dataset.images.length === 0) throw new NothingLeftError(`${shownPath(path)}: holds no images`);
    await applySplitTable(result.dataset, place, warnings);
    return { ...result, warnings: warnings.lines(), format: format.id };
  } catch (error) {
    const reasons = options.observer ? [] : warnings.lines();
    if (!(error instanceof NothingLeftError) || reasons.length === 0) throw error;
    throw new NothingLeftError(`${error.message} (${reasons.join("; ")})`, { cause: error });
  }
}

/** For functions that hand their options on. */
export const READING_OPTIONS = {
  ...({ from: true, wanted: true, coordinates: true, images: true, orphans: true } as const),
  ...({ observer: true, warnings: true } as const),
};

/** Formats whose labels are nothing without the images that they lie among or hold. */
const OWN_IMAGES: readonly FormatId[] = ["folders", "masks", "textnames"];

/** Formats that cannot say a text: not looked for where texts are wanted. */
const WITHOUT_TEXTS: readonly FormatId[] = ["imagelabels", "folders", "masks"];

const LIKELIEST_FIRST: readonly Likeness[] = ["sure", "likely", "maybe"];

/** The format that a place looks like most; where clips are wanted, of those that hold any. */
async function formatOf(place: Place, wanted: Wanted | undefined): Promise<LabelFormat> {
  const formats = Object.values(FORMATS).filter(({ id, holds }) => {
    if (wanted === "clips") return holds.includes("frames");
    return wanted !== "texts" || !WITHOUT_TEXTS.includes(id);
  });
  const likeness = await Promise.all(formats.map((format) => format.recognizes(place, wanted)));
  const name = shownPath(place.path);
  for (const degree of LIKELIEST_FIRST) {
    const [format, ...others] = formats.filter((_, i) => likeness[i] === degree);
    if (format && others.length === 0) return format;
    if (!format) continue;
    const several = [format, ...others];
    throw new AnchorkitError(
      `${name}: could be ${several.map(({ title }) => title).join(" or ")}; ` +
        `say which in label import --from ${several.map(({ id }) => id).join(" | ")}`,
    );
  }
  const known = formats.map(({ title }) => title).join(", ");
  const unread = await describeUnread(place);
  if (place.kind === "file") {
    if (unread !== undefined) throw new AnchorkitError(unread.replace(`${name} `, `${name}: `));
    throw new AnchorkitError(`${name}: holds no labels in a form that is known: ${known}`);
  }
  const images = place.files.filter(isImageName).length;
  const beside = `${name}: no labels found beside ${countOf(images, "image")}`;
  throw new AnchorkitError(`${beside}; ${unread ?? `known are ${known}`}`);
}
