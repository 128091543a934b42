import { randomInt } from "node:crypto";
import { AnchorkitError } from "../base/errors.ts";
import { CHANNELS, type ColorMode, type Fit, type Interpolation, KERNELS } from "./fitImage.ts";

/** Options of `imageDatasetFromDirectory` and `maskDatasetFromDirectory`, with Keras's names and defaults. */
export interface DirectoryOptions {
  /** Share of the files that is kept for validation, above 0 and below 1; needs `subset`. */
  validationSplit?: number;
  /** Which of the two parts to give; "both" gives the two. Needs `validationSplit`. */
  subset?: "training" | "validation" | "both";
  /** What the order is drawn from; needed where the data is shuffled and split, else drawn at random. */
  seed?: number;
  /** Shuffle the files before they are split, and training images again in each epoch; otherwise they are in order. */
  shuffle?: boolean;
  /** Height and width that every image is resized to; 256 x 256 unless told. */
  imageSize?: readonly [height: number, width: number];
  /** Images a batch, 32 unless told; the last one of an epoch may be shorter. */
  batchSize?: number;
  colorMode?: ColorMode;
  interpolation?: Interpolation;
  /** Crop to the aspect ratio of `imageSize`, in the middle, rather than stretch. */
  cropToAspectRatio?: boolean;
  /** Pad to the aspect ratio of `imageSize`, with black, rather than stretch. */
  padToAspectRatio?: boolean;
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
    size: { width: number; height: number };
    fit: Fit;
    interpolation: Interpolation;
    colorMode: ColorMode;
    maxPixels?: number;
    stretch?: boolean;
  };
}

/** @throws AnchorkitError naming the function and the option that is wrong */
export function checkOptions(caller: string, options: DirectoryOptions): CheckedOptions {
  const { validationSplit, subset, shuffle = true, seed, imageSize = [256, 256], batchSize = 32 } = options;
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
  oneOf(fail, "interpolation", interpolation, Object.keys(KERNELS));
  oneOf(fail, "dtype", dtype, ["float32", "uint8"]);
  const [height, width] = imageSize;
  if (![height, width].every((side) => Number.isInteger(side) && side > 0)) {
    fail(`imageSize must be [height, width] in whole pixels, got [${imageSize.join(", ")}]`);
  }
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    fail(`batchSize must be a whole number of at least 1, got ${batchSize}`);
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
      colorMode,
      ...(maxPixels !== undefined && { maxPixels }),
      ...(stretch !== undefined && { stretch }),
    },
  };
}

/**
 * The items of training and of validation: the last share of them, cut to whole items, validates. Without a share all
 * train.
 */
export function splitOff<T>(items: readonly T[], validationSplit = 0): { training: T[]; validation: T[] } {
  const training = items.length - Math.floor(validationSplit * items.length);
  return { training: items.slice(0, training), validation: items.slice(training) };
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
