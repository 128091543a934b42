import { AnchorkitError } from "../base/errors.ts";
import { Random } from "../base/random.ts";

export interface BootstrapOptions {
  /** How many samples (of images, or of whatever is measured) are drawn; default 1000. */
  resamples?: number;
  /** The share of intervals that should contain the true number; default 0.95. */
  level?: number;
  /** Where the draws come from; default `new Random(0)`. */
  random?: Random;
}

/** What `knownOptions` is told of them. */
export const BOOTSTRAP_OPTIONS = { resamples: true, level: true, random: true } as const;

/** @throws AnchorkitError for a level outside 0..1 or fewer than 1 resamples */
export function checkBootstrap({
  resamples = 1000,
  level = 0.95,
  random = new Random(0),
}: BootstrapOptions): Required<BootstrapOptions> {
  if (!Number.isInteger(resamples) || resamples < 1) {
    throw new AnchorkitError(`bootstrap: resamples must be a whole number of at least 1, got ${resamples}`);
  }
  if (!(level > 0 && level < 1)) {
    throw new AnchorkitError(`bootstrap: level must be between 0 and 1, such as 0.95, got ${level}`);
  }
  return { resamples, level, random };
}
