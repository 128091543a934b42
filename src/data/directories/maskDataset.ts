import { extname, join, relative } from "node:path";
import { AnchorkitError } from "../../base/errors.ts";
import { DirectoryBatches, type ImagesOfBatch, loadImages } from "./directoryBatches.ts";
import { directoryImages } from "./directoryImages.ts";
import { type CheckedOptions, checkOptions, type DirectoryOptions, oneOf, splitItems } from "./directoryOptions.ts";
import { kindOf, posixPath, shownPath } from "../files.ts";
import { withoutMaskEnding } from "../formats/masks/maskFiles.ts";
import { type MaskValues, readMask } from "./maskImage.ts";

export interface MaskDatasetOptions extends DirectoryOptions {
  /** Subfolders of images and of masks; "images" and "masks" unless told. */
  images?: string;
  masks?: string;
  /** What the pixels of masks mean; "index" unless told. */
  maskValues?: MaskValues;
  /** For "index": masks with values from this on are refused, but for 255 (or 65535), which stands for "ignore". */
  classes?: number;
  /** What masks are padded with under `padToAspectRatio`; 0 unless told. */
  padValue?: number;
}

export interface MaskBatch extends ImagesOfBatch {
  /** n * height * width numbers. */
  masks: Uint8Array | Uint16Array;
  maskFiles: string[];
}

/** An image and the mask that belongs to it. */
export interface MaskedFile {
  file: string;
  mask: string;
}

/** Images with their masks in batches; each `for await` over it is one epoch. */
export class MaskDataset extends DirectoryBatches<MaskedFile, MaskBatch> {
  constructor(items: readonly MaskedFile[], options: CheckedOptions & MaskReading, reshuffle: boolean) {
    super(items, { ...options, reshuffle }, (batch) => loadBatch(batch, options));
  }
}

/**
 * Images with masks of the same name (the extension may differ, and the mask's name may end in "_mask", "_L" and the
 * like), from two subfolders of a folder; split, shuffled and batched as `imageDatasetFromDirectory` does. A mask is
 * brought to the size in the same way as its image, by the nearest pixel, so that no values are mixed.
 *
 * Keras has no such function: there, image_dataset_from_directory is called for the images and again for the masks, with
 * `labels=None`, the same seed, and `interpolation="nearest"`, `color_mode="grayscale"` for the masks, and the two are
 * zipped. The same pairs, in the same order and the same parts, come out here; pairs are made by name rather than place.
 *
 * @throws AnchorkitError for a wrong option, a missing folder, an image without mask or a mask without image; and from
 * the iteration for what cannot be read, or a mask of another size than its image
 */
export function maskDatasetFromDirectory(
  folder: string,
  options: MaskDatasetOptions & { subset: "both" },
): Promise<[training: MaskDataset, validation: MaskDataset]>;
export function maskDatasetFromDirectory(
  folder: string,
  options?: MaskDatasetOptions & { subset?: "training" | "validation" },
): Promise<MaskDataset>;
export function maskDatasetFromDirectory(
  folder: string,
  options: MaskDatasetOptions,
): Promise<MaskDataset | [training: MaskDataset, validation: MaskDataset]>;
export async function maskDatasetFromDirectory(
  folder: string,
  options: MaskDatasetOptions = {},
): Promise<MaskDataset | [MaskDataset, MaskDataset]> {
  const { images = "images", masks = "masks", maskValues = "index", padValue = 0, subset } = options;
  const checked = checkOptions(CALLER, options);
  if (typeof maskValues === "string") oneOf(fail, "maskValues", maskValues, ["index", "binary"]);
  const { classes } = options;
  const items = await paired(join(folder, images), join(folder, masks), options.followLinks ?? false);
  if (options.verbose) console.log(`Found ${items.length} files with masks.`);

  const reading = { ...checked, maskValues, padValue, ...(classes !== undefined && { classes }) };
  const parts = splitItems(items, options, checked, (problem) => fail(`${shownPath(folder)}: ${problem}`));
  const part = (name: "training" | "validation"): MaskDataset =>
    new MaskDataset(parts[name], reading, checked.shuffle && name === "training");
  return subset === "both" ? [part("training"), part("validation")] : part(subset ?? "training");
}

interface MaskReading {
  maskValues: MaskValues;
  padValue: number;
  classes?: number;
}

const CALLER = "maskDatasetFromDirectory";

function fail(problem: string): never {
  throw new AnchorkitError(`${CALLER}: ${problem}`);
}

async function paired(images: string, masks: string, followLinks: boolean): Promise<MaskedFile[]> {
  const maskOf = await byStem(masks, followLinks);
  const maskLike = new Map([...maskOf].map(([stem, file]) => [withoutMaskEnding(stem), file]));
  const items: MaskedFile[] = [];
  const alone: string[] = [];
  const used = new Set<string>();
  for (const [stem, file] of await byStem(images, followLinks)) {
    const mask = maskOf.get(stem) ?? maskLike.get(stem);
    if (mask === undefined) alone.push(file);
    else {
      used.add(mask);
      items.push({ file, mask });
    }
  }
  const others = (count: number): string => (count > 1 ? ` (and ${count - 1} more)` : "");
  if (alone[0] !== undefined) fail(`${shownPath(alone[0])}: has no mask in ${shownPath(masks)}${others(alone.length)}`);
  const unused = [...maskOf.values()].filter((file) => !used.has(file));
  if (unused[0] !== undefined)
    fail(`${shownPath(unused[0])}: has no image in ${shownPath(images)}${others(unused.length)}`);
  return items.length > 0 ? items : fail(`${shownPath(images)}: no images found`);
}

/** The images in a folder by their path without extension. */
async function byStem(folder: string, followLinks: boolean): Promise<Map<string, string>> {
  if ((await kindOf(folder)) !== "folder") fail(`${shownPath(folder)}: no such folder`);
  const found = new Map<string, string>();
  for (const file of await directoryImages(folder, followLinks)) {
    const stem = posixPath(relative(folder, file)).slice(0, -extname(file).length);
    const other = found.get(stem);
    if (other !== undefined) fail(`${shownPath(file)}: has the same name as ${shownPath(other)}`);
    found.set(stem, file);
  }
  return found;
}

async function loadBatch(items: readonly MaskedFile[], options: CheckedOptions & MaskReading): Promise<MaskBatch> {
  const { width, height } = options.fitted.size;
  const [images, read] = await Promise.all([
    loadImages(
      items.map(({ file }) => file),
      options,
    ),
    Promise.all(items.map(({ file, mask }) => readMask(mask, file, { ...options, ...options.fitted }))),
  ]);
  const deep = read.some((mask) => mask instanceof Uint16Array);
  const count = items.length * width * height;
  const masks = deep ? new Uint16Array(count) : new Uint8Array(count);
  for (const [i, mask] of read.entries()) masks.set(mask, i * width * height);
  return { ...images, masks, maskFiles: items.map(({ mask }) => mask) };
}
