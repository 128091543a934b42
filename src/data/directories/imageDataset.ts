import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AnchorkitError } from "../../base/errors.ts";
import { DirectoryBatches, imagesOf, type ImagesOfBatch, loadImages } from "./directoryBatches.ts";
import { byCodePoint, directoryImages } from "./directoryImages.ts";
import { type CheckedOptions, checkOptions, type DirectoryOptions, oneOf, splitItems } from "./directoryOptions.ts";
import { openLoading } from "../images/openImageCache.ts";
import type { LoadingOptions } from "../images/imageSource.ts";
import { kindOf, shownPath } from "../files.ts";

/**
 * What a label is: "int", the index of the class; "categorical", a row with a 1 at the class; "binary", 0 or 1 of two
 * classes; null, nothing.
 */
export type LabelMode = "int" | "categorical" | "binary" | null;

export interface ImageDatasetOptions extends DirectoryOptions {
  /**
   * "inferred" from the subfolders unless told; null for none; or a label for each image of the folder and all below it,
   * in the order that `files` has without shuffling. `classNames` are then the labels that occur.
   */
  labels?: "inferred" | null | readonly number[];
  /** "int" unless told. */
  labelMode?: LabelMode;
  /** The classes to read, in the order of their indices; without it all subfolders, in alphabetical order. */
  classNames?: readonly string[];
}

export interface ImageBatch extends ImagesOfBatch {
  /** Of "int": [n]; of "categorical": [n, classes], row by row; of "binary": [n, 1]; undefined without labels. */
  labels: Int32Array | Float32Array | undefined;
}

/** An image and the index of its class; -1 where there are no labels. */
export interface ClassifiedFile {
  file: string;
  label: number;
}

/** Images of a folder with their classes, in batches; each `for await` over it is one epoch. */
export class ImageDataset extends DirectoryBatches<ClassifiedFile, ImageBatch> {
  /** By index; empty without labels. */
  readonly classNames: readonly string[];

  constructor(
    items: readonly ClassifiedFile[],
    classNames: readonly string[],
    labelMode: LabelMode,
    options: CheckedOptions,
    reshuffle: boolean,
    loading: LoadingOptions = {},
  ) {
    const files = items.map(({ file }) => file);
    const source = imagesOf(files, options, loading);
    super(items, { ...options, reshuffle }, async (indices) => {
      const batch = indices.map((i) => items[i] as ClassifiedFile);
      const images = await loadImages(
        source,
        indices,
        batch.map(({ file }) => file),
        options,
      );
      return { ...images, labels: labelsOf(batch, labelMode, classNames.length) };
    });
    this.classNames = classNames;
  }
}

/**
 * Images from a folder with one subfolder a class, as Keras's image_dataset_from_directory (3.15, `format="tf"`) gives
 * them. Class names are sorted, and so are the files of each. Paths are shuffled by the seed, and the last share of them
 * validates: two calls with the same seed give parts that do not overlap, and the same parts as Keras. `subset: "both"`
 * gives the two at once. Pixels are Keras's, too, to a hundredth of a level (bench/keras.ts compares).
 *
 * Other than in Keras:
 * - An epoch is shuffled as a whole, by our own generator, rather than within a buffer of 8 batches; and the validation
 *   part is never shuffled again (Keras does so when it is asked for alone).
 * - EXIF orientation and colour profiles are applied, and transparency is flattened onto white; Keras drops all three.
 *   All formats of `decodeImage` are read in all colour modes; Keras knows JPEG, PNG, BMP and GIF, not all in each.
 * - JPEGs are decoded with the accurate transform, and greys of PNGs are rounded. Keras takes the fast transform, which
 *   differs by 1 level on average and by 7 at most, and cuts the greys.
 * - Hidden files and folders are left out. A class cannot be named twice.
 * - A share of fewer than one image validates nothing and trains on all; in Keras it is the other way round.
 * - One of the interpolations, "nearest", gives bytes in Keras; here `dtype` decides. Channels always come last.
 * - Nothing is printed without `verbose`. `batchSize: null` keeps the first dimension, which is 1.
 *
 * @throws AnchorkitError for a wrong option, no folder, classes that are not there, or no images; and from the
 * iteration for an image that cannot be read, by name
 */
export function imageDatasetFromDirectory(
  folder: string,
  options: ImageDatasetOptions & { subset: "both" },
): Promise<[training: ImageDataset, validation: ImageDataset]>;
export function imageDatasetFromDirectory(
  folder: string,
  options?: ImageDatasetOptions & { subset?: "training" | "validation" },
): Promise<ImageDataset>;
export function imageDatasetFromDirectory(
  folder: string,
  options: ImageDatasetOptions,
): Promise<ImageDataset | [training: ImageDataset, validation: ImageDataset]>;
export async function imageDatasetFromDirectory(
  folder: string,
  options: ImageDatasetOptions = {},
): Promise<ImageDataset | [ImageDataset, ImageDataset]> {
  const { labels = "inferred", subset, followLinks = false, verbose = false } = options;
  const checked = checkOptions(CALLER, options);
  oneOf(fail, "labelMode", options.labelMode, ["int", "categorical", "binary", null, undefined]);
  if (typeof labels === "string") oneOf(fail, "labels", labels, ["inferred"]);
  const labelMode = labels === null || options.labelMode === null ? null : (options.labelMode ?? "int");
  if (options.classNames && labelMode === null) fail("classNames make no sense without labels");
  if (options.classNames && labels !== "inferred") fail("classNames make no sense with a list of labels");
  if ((await kindOf(folder)) !== "folder") fail(`${shownPath(folder)}: no such folder`);

  const inferred = labelMode !== null && labels === "inferred";
  const found = inferred
    ? await classified(folder, await classesIn(folder, options.classNames), followLinks)
    : labelled(folder, await directoryImages(folder, followLinks), labelMode === null ? null : labels);
  const { items, classNames } = found;
  if (labelMode === "binary" && classNames.length !== 2) {
    fail(`labelMode "binary" needs exactly 2 classes, got ${classNames.length}: ${classNames.join(", ")}`);
  }
  if (labelMode !== null && labelMode !== "int") checkIndices(items, classNames, labelMode);
  if (verbose) console.log(foundLine(items.length, labelMode === null ? undefined : classNames.length));
  if (items.length === 0) fail(`${shownPath(folder)}: no images found${inferred ? " in its subfolders" : ""}`);

  const parts = splitItems(items, options, checked, (problem) => fail(`${shownPath(folder)}: ${problem}`));
  const loading = await openLoading(options, "none");
  const part = (name: "training" | "validation"): ImageDataset =>
    new ImageDataset(parts[name], classNames, labelMode, checked, checked.shuffle && name === "training", loading);
  return subset === "both" ? [part("training"), part("validation")] : part(subset ?? "training");
}

const CALLER = "imageDatasetFromDirectory";

function fail(problem: string): never {
  throw new AnchorkitError(`${CALLER}: ${problem}`);
}

/** The subfolders, or of them the classes that were asked for. */
async function classesIn(folder: string, wanted?: readonly string[]): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith(".")).sort(byCodePoint);
  const found: string[] = [];
  for (const name of names) if ((await kindOf(join(folder, name))) === "folder") found.push(name);
  if (!wanted) return found.length > 0 ? found : fail(`${shownPath(folder)}: has no subfolders, which are the classes`);
  const missing = wanted.find((name) => !found.includes(name));
  if (missing !== undefined) {
    fail(`classNames: ${shownPath(folder)} has no subfolder "${missing}"; there are ${found.join(", ") || "none"}`);
  }
  if (new Set(wanted).size < wanted.length) fail(`classNames: a class is named twice in ${wanted.join(", ")}`);
  return wanted;
}

interface Found {
  items: ClassifiedFile[];
  classNames: readonly string[];
}

async function classified(folder: string, classNames: readonly string[], followLinks: boolean): Promise<Found> {
  const lists = await Promise.all(classNames.map((name) => directoryImages(join(folder, name), followLinks)));
  return { items: lists.flatMap((files, label) => files.map((file) => ({ file, label }))), classNames };
}

function labelled(folder: string, files: readonly string[], labels: readonly number[] | "inferred" | null): Found {
  if (labels === null || labels === "inferred")
    return { items: files.map((file) => ({ file, label: -1 })), classNames: [] };
  if (labels.length !== files.length) {
    fail(`labels has ${labels.length} entries, but ${shownPath(folder)} holds ${files.length} images`);
  }
  const wrong = labels.find((label) => !Number.isInteger(label));
  if (wrong !== undefined) fail(`labels must be whole numbers, got ${wrong}`);
  const classNames = [...new Set(labels)].sort((a, b) => a - b).map(String);
  return { items: files.map((file, i) => ({ file, label: labels[i] ?? 0 })), classNames };
}

/** As a row or as 0 and 1, a label has to be the index of its class. */
function checkIndices(items: readonly ClassifiedFile[], classNames: readonly string[], mode: string): void {
  const { length } = classNames;
  const wrong = items.find(({ label }) => label < 0 || label >= length)?.label;
  if (wrong !== undefined) fail(`labelMode "${mode}" needs labels from 0 to ${length - 1}, got ${wrong}`);
}

function foundLine(images: number, classes?: number): string {
  return `Found ${images} files${classes === undefined ? "" : ` belonging to ${classes} classes`}.`;
}

function labelsOf(batch: readonly ClassifiedFile[], mode: LabelMode, classes: number): ImageBatch["labels"] {
  if (mode === null) return undefined;
  const labels = batch.map(({ label }) => label);
  if (mode === "int") return Int32Array.from(labels);
  if (mode === "binary") return Float32Array.from(labels);
  const rows = new Float32Array(labels.length * classes);
  for (const [i, label] of labels.entries()) rows[i * classes + label] = 1;
  return rows;
}
