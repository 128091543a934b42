import { extname, join, relative, resolve } from "node:path";
import { AnchorkitError } from "../../base/errors.ts";
import { DirectoryBatches, imagesOf, type ImagesOfBatch, loadImages } from "./directoryBatches.ts";
import { directoryImages } from "./directoryImages.ts";
import { type CheckedOptions, checkOptions, type DirectoryOptions, oneOf, splitItems } from "./directoryOptions.ts";
import { openLoading } from "../images/openImageCache.ts";
import { ImageSource, type LoadingOptions } from "../images/imageSource.ts";
import { kindOf, posixPath, shownPath } from "../files.ts";
import { folded } from "../finding/imageName.ts";
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
  constructor(
    items: readonly MaskedFile[],
    options: CheckedOptions & MaskReading,
    reshuffle: boolean,
    loading: LoadingOptions = {},
  ) {
    const files = items.map(({ file }) => file);
    const sources = { images: imagesOf(files, options, loading), masks: masksOf(items, options, loading) };
    super(items, { ...options, reshuffle }, (indices) => loadBatch(sources, items, indices, options));
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
  const loading = await openLoading(options, "none");
  const part = (name: "training" | "validation"): MaskDataset =>
    new MaskDataset(parts[name], reading, checked.shuffle && name === "training", loading);
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
  const maskLike = new Map([
    ...[...maskOf].map(([stem, file]) => [folded(withoutMaskEnding(stem)), file] as const),
    ...[...maskOf].map(([stem, file]) => [folded(stem), file] as const),
  ]);
  const items: MaskedFile[] = [];
  const alone: string[] = [];
  const used = new Set<string>();
  for (const [stem, file] of await byStem(images, followLinks)) {
    const mask = maskOf.get(stem) ?? maskLike.get(folded(stem));
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
    const stem = posixPath(relative(folder, file)).slice(0, -extname(file).length).normalize();
    const other = found.get(stem);
    if (other !== undefined) fail(`${shownPath(file)}: has the same name as ${shownPath(other)}`);
    found.set(stem, file);
  }
  return found;
}

/** The masks, each as the bytes of its numbers: one a pixel, or two. A mask is held against its image when it is decoded. */
function masksOf(
  items: readonly MaskedFile[],
  { fitted, maskValues, padValue, classes }: CheckedOptions & MaskReading,
  loading: LoadingOptions,
): ImageSource {
  const { size, fit, maxPixels } = fitted;
  const reading = { size, fit, maskValues, padValue, ...(classes !== undefined && { classes }) };
  const at = (index: number): MaskedFile => items[index] as MaskedFile;
  const form = (index: number): string => JSON.stringify(["mask", resolve(at(index).file), reading]);
  return new ImageSource(
    {
      keyOf: (index) => ({ file: resolve(at(index).mask), form: form(index) }),
      async decode(index) {
        const limit = maxPixels === undefined ? {} : { maxPixels };
        const mask = await readMask(at(index).mask, at(index).file, { ...reading, ...limit });
        return new Uint8Array(mask.buffer);
      },
    },
    loading,
  );
}

async function loadBatch(
  sources: { images: ImageSource; masks: ImageSource },
  items: readonly MaskedFile[],
  indices: readonly number[],
  options: CheckedOptions,
): Promise<MaskBatch> {
  const { width, height } = options.fitted.size;
  const batch = indices.map((i) => items[i] as MaskedFile);
  const files = batch.map(({ file }) => file);
  const [images, read] = await Promise.all([
    loadImages(sources.images, indices, files, options),
    Promise.all(indices.map((i) => sources.masks.get(i))),
  ]);
  const area = width * height;
  const deep = read.some((mask) => mask.byteLength > area);
  const masks = deep ? new Uint16Array(indices.length * area) : new Uint8Array(indices.length * area);
  for (const [i, bytes] of read.entries()) {
    // What comes from the disk may begin at an odd byte.
    masks.set(bytes.byteLength > area ? new Uint16Array(Uint8Array.from(bytes).buffer) : bytes, i * area);
  }
  return { ...images, masks, maskFiles: batch.map(({ mask }) => mask) };
}
