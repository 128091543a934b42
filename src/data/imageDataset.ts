import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AnchorkitError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { DirectoryBatches, type ImagesOfBatch, loadImages } from "./directoryBatches.ts";
import { type CheckedOptions, checkOptions, type DirectoryOptions, oneOf, splitOff } from "./directoryOptions.ts";
import { byName, isImageName, kindOf, listFiles, shownPath } from "./files.ts";

/**
 * What a label is: "int", the index of the class; "categorical", a row with a 1 at the class; "binary", 0 or 1 of two
 * classes; null, nothing.
 */
export type LabelMode = "int" | "categorical" | "binary" | null;

export interface ImageDatasetOptions extends DirectoryOptions {
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
  ) {
    super(items, { ...options, reshuffle }, async (batch) => ({
      ...(await loadImages(
        batch.map(({ file }) => file),
        options,
      )),
      labels: labelsOf(batch, labelMode, classNames.length),
    }));
    this.classNames = classNames;
  }
}

/**
 * Images from a folder with one subfolder a class, as Keras's image_dataset_from_directory gives them: class names are
 * sorted; paths are shuffled by the seed, and the last share of them validates, so that two calls with the same seed
 * give parts that do not overlap. `subset: "both"` gives the two at once.
 *
 * Other than in Keras: an epoch is shuffled as a whole rather than within a buffer, and the validation part keeps its
 * order; resizing is antialiased; transparency is flattened onto white rather than cut off; all formats of
 * `decodeImage` are read; with `labelMode: null`, images beside the subfolders are read, too.
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
export async function imageDatasetFromDirectory(
  folder: string,
  options: ImageDatasetOptions = {},
): Promise<ImageDataset | [ImageDataset, ImageDataset]> {
  const { labelMode = "int", subset, validationSplit } = options;
  const checked = checkOptions(CALLER, options);
  oneOf(fail, "labelMode", labelMode, ["int", "categorical", "binary", null]);
  if (labelMode === null && options.classNames) fail("classNames make no sense with labelMode: null");
  if ((await kindOf(folder)) !== "folder") fail(`${shownPath(folder)}: no such folder`);

  const classNames = labelMode === null ? [] : await classesIn(folder, options.classNames);
  if (labelMode === "binary" && classNames.length !== 2) {
    fail(`labelMode "binary" needs exactly 2 classes, got ${classNames.length}: ${classNames.join(", ")}`);
  }
  const items = labelMode === null ? await imagesIn(folder, -1) : await classified(folder, classNames);
  if (items.length === 0)
    fail(`${shownPath(folder)}: no images found${labelMode === null ? "" : " in its subfolders"}`);
  if (checked.shuffle) new Random(checked.seed).shuffle(items);

  const parts = splitOff(items, validationSplit);
  const part = (name: "training" | "validation"): ImageDataset => {
    if (parts[name].length === 0) fail(`${shownPath(folder)}: no ${name} images: there are ${items.length} in all`);
    return new ImageDataset(parts[name], classNames, labelMode, checked, checked.shuffle && name === "training");
  };
  return subset === "both" ? [part("training"), part("validation")] : part(subset ?? "training");
}

const CALLER = "imageDatasetFromDirectory";

function fail(problem: string): never {
  throw new AnchorkitError(`${CALLER}: ${problem}`);
}

/** The subfolders, or of them the classes that were asked for. */
async function classesIn(folder: string, wanted?: readonly string[]): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith(".")).sort(byName);
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

async function classified(folder: string, classNames: readonly string[]): Promise<ClassifiedFile[]> {
  const lists = await Promise.all(classNames.map((name, label) => imagesIn(join(folder, name), label)));
  return lists.flat();
}

async function imagesIn(folder: string, label: number): Promise<ClassifiedFile[]> {
  return (await listFiles(folder)).filter(isImageName).map((file) => ({ file, label }));
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
