import { randomInt } from "node:crypto";
import { AnchorkitError } from "../../base/errors.ts";
import type { Size } from "../../base/preprocessing.ts";
import { CHANNELS, type ColorMode, type Fit } from "../images/fitImage.ts";
import type { LoadingChoice } from "../images/openImageCache.ts";
import { MersenneTwister } from "./mersenneTwister.ts";
import { type Interpolation, INTERPOLATIONS } from "../images/resample.ts";

/**
 * Options of `imageDatasetFromDirectory` and `maskDatasetFromDirectory`, with Keras's names and defaults. Decoded images
 * are kept for the next epochs only if `cache` says where.
 */
export interface DirectoryOptions extends LoadingChoice {
  /** Share of the files that is kept for validation, above 0 and below 1; needs `subset`. 0 is none. */
  validationSplit?: number;
  /** Which of the two parts to give; "both" gives the two. Needs `validationSplit`. */
  subset?: "training" | "validation" | "both";
  /**
   * What the order is drawn from, a whole number from 0 to 2**32 - 1; needed where the data is shuffled and split, else
   * drawn at random. The same seed splits the same files as in Keras.
   */
  seed?: number;
  /** Shuffle the files before they are split, and training images again in each epoch; otherwise they are in order. */
  shuffle?: boolean;
  /** Height and width that every image is resized to, or one number for both; 256 unless told. */
  imageSize?: number | readonly [height: number, width: number];
  /** Images a batch, 32 unless told; the last one of an epoch may be shorter. null: one by one, in batches of one. */
  batchSize?: number | null;
  /** "rgb" unless told. */
  colorMode?: ColorMode;
  /** "bilinear" unless told. */
  interpolation?: Interpolation;
  /** Widen the filter where an image is made smaller, so that no pixel is passed over. Keras does not, nor do we unless told. */
  antialias?: boolean;
  /** Crop to the aspect ratio of `imageSize`, in the middle, rather than stretch. */
  cropToAspectRatio?: boolean;
  /** Pad to the aspect ratio of `imageSize`, with zeros, rather than stretch. */
  padToAspectRatio?: boolean;
  /** Go into folders below that are links, too. */
  followLinks?: boolean;
  /** Print on standard output how many files were found, as Keras does unless told otherwise. */
  verbose?: boolean;
  /** "float32" (0 to 255, as Keras gives it), or "uint8" with a quarter of the memory. */
  dtype?: "float32" | "uint8";
  /** Images of more pixels are refused, as by `decodeImage`. */
  maxPixels?: number;
  /** Spread what a 16-bit image holds over 0 to 255, as `decodeImage` does. */
  stretch?: boolean;
}

/** The same, checked and complete. */
export interface CheckedOptions {
  seed: number;
  shuffle: boolean;
  batchSize: number;
  dtype: "float32" | "uint8";
  fitted: {
    size: Size;
    fit: Fit;
    interpolation: Interpolation;
    antialias: boolean;
    colorMode: ColorMode;
    maxPixels?: number;
    stretch?: boolean;
  };
}

/** @throws AnchorkitError naming the function and the option that is wrong */
export function checkOptions(caller: string, options: DirectoryOptions): CheckedOptions {
  const { subset, shuffle = true, seed, imageSize = 256, antialias = false } = options;
  const validationSplit = options.validationSplit === 0 ? undefined : options.validationSplit;
  const batchSize = options.batchSize === null ? 1 : (options.batchSize ?? 32);
  const { colorMode = "rgb", interpolation = "bilinear", dtype = "float32", maxPixels, stretch } = options;
  const fail = (problem: string): never => {
    throw new AnchorkitError(`${caller}: ${problem}`);
  };
  if (validationSplit !== undefined && !(validationSplit > 0 && validationSplit < 1)) {
    fail(`validationSplit must be above 0 and below 1, got ${validationSplit}`);
  }
  if ((validationSplit === undefined) !== (subset === undefined)) {
    fail(`if subset is set, validationSplit must be set, and the other way round`);
  }
  oneOf(fail, "subset", subset, ["training", "validation", "both", undefined]);
  if (validationSplit !== undefined && shuffle && seed === undefined) {
    fail(
      "with validationSplit and shuffle, a seed must be given, so that training and validation images do not overlap",
    );
  }
  oneOf(fail, "colorMode", colorMode, Object.keys(CHANNELS));
  oneOf(fail, "interpolation", interpolation, INTERPOLATIONS);
  oneOf(fail, "dtype", dtype, ["float32", "uint8"]);
  oneOf(fail, "cache", options.cache, ["none", "ram", "disk", undefined]);
  const { workers = 1 } = options;
  if (!Number.isInteger(workers) || workers < 1) fail(`workers must be a whole number of at least 1, got ${workers}`);
  if (seed !== undefined && !(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
    fail(`seed must be a whole number from 0 to 2**32 - 1, got ${seed}`);
  }
  const sides: readonly number[] = typeof imageSize === "number" ? [imageSize, imageSize] : imageSize;
  const [height = 0, width = 0] = sides;
  if (sides.length !== 2 || !sides.every((side) => Number.isInteger(side) && side > 0)) {
    fail(`imageSize must be [height, width] in whole pixels, got [${sides.join(", ")}]`);
  }
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    fail(`batchSize must be a whole number of at least 1, or null, got ${batchSize}`);
  }
  if (options.cropToAspectRatio && options.padToAspectRatio) {
    fail("only one of cropToAspectRatio and padToAspectRatio can be true");
  }
  const fit = options.cropToAspectRatio ? "crop" : options.padToAspectRatio ? "pad" : "stretch";
  return {
    seed: seed ?? randomInt(1_000_000),
    shuffle,
    batchSize,
    dtype,
    fitted: {
      size: { width, height },
      fit,
      interpolation,
      antialias,
      colorMode,
      ...(maxPixels !== undefined && { maxPixels }),
      ...(stretch !== undefined && { stretch }),
    },
  };
}

/**
 * The items in the order that the seed gives, and of them the parts that were asked for: the last share of them, cut to
 * whole items, validates. Without a share all train. The same seed gives the same parts as in Keras.
 *
 * @throws AnchorkitError through `fail` for a part that has no items
 */
export function splitItems<T>(
  items: readonly T[],
  { validationSplit = 0, subset, verbose = false }: DirectoryOptions,
  { shuffle, seed }: CheckedOptions,
  fail: (problem: string) => never,
): Record<"training" | "validation", T[]> {
  const order = [...items];
  if (shuffle) new MersenneTwister(seed).shuffle(order);
  const training = order.length - Math.floor(validationSplit * order.length);
  const parts = { training: order.slice(0, training), validation: order.slice(training) };
  const wanted = subset === "both" ? (["training", "validation"] as const) : ([subset ?? "training"] as const);
  for (const name of wanted) {
    if (parts[name].length === 0) fail(`no ${name} images: there are ${items.length} in all`);
    if (verbose && subset !== undefined) console.log(`Using ${parts[name].length} files for ${name}.`);
  }
  return parts;
}

/** Throws through `fail` when a value is none of those allowed. */
export function oneOf(
  fail: (problem: string) => never,
  name: string,
  value: unknown,
  allowed: readonly unknown[],
): void {
  if (allowed.includes(value)) return;
  const known = allowed.filter((one) => one !== undefined).map((one) => (one === null ? "null" : JSON.stringify(one)));
  fail(`${name} must be one of ${known.join(", ")}, got ${JSON.stringify(value)}`);
}
