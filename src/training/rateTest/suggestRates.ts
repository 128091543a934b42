/** Learning rates that a range test suggests. */
export interface RateSuggestion {
  /** Where the loss falls fastest. */
  steepest: number;
  /** Two thirds into the longest valley: the more robust of the two, and the one to begin with. */
  valley: number;
}

/** Shares of the updates that say nothing: the mean of the losses settles first, and explodes last. */
const [FIRST, LAST] = [0.1, 0.05];
/** Fewer updates are no curve. */
const LEAST = 10;
/** A fall of the mean loss that is no more than this share of it is noise. */
const NOISE = 0.02;

/**
 * The rates that a range test suggests, from its rates, in rising order, and the smoothed loss at each; undefined where
 * the loss never fell. `steepest` is Lightning's: the least slope of the loss over the logarithm of the rate. `valley` is
 * fastai's: half-way through the middle third of the longest falling subsequence.
 */
export function suggestRates(rates: readonly number[], losses: readonly number[]): RateSuggestion | undefined {
  const [first, end] = [Math.ceil(FIRST * rates.length), rates.length - Math.ceil(LAST * rates.length)];
  if (end - first < LEAST) return undefined;
  const [used, seen] = [rates.slice(first, end), losses.slice(first, end)];
  const lowest = Math.min(...seen);
  const highestBefore = Math.max(...seen.slice(0, seen.indexOf(lowest) + 1));
  if (highestBefore - lowest <= NOISE * Math.abs(highestBefore)) return undefined;
  return { steepest: used[steepestAt(seen)] ?? NaN, valley: used[valleyAt(seen)] ?? NaN };
}

/** Slopes by central differences: rates rise exponentially, so that the positions are their logarithm. */
function steepestAt(losses: readonly number[]): number {
  const slopes = losses.map((_, i) => {
    const [before, after] = [Math.max(i - 1, 0), Math.min(i + 1, losses.length - 1)];
    return ((losses[after] ?? NaN) - (losses[before] ?? NaN)) / (after - before);
  });
  return slopes.indexOf(Math.min(...slopes));
}

/** As fastai's `valley`. */
function valleyAt(losses: readonly number[]): number {
  const lengths = losses.map(() => 1);
  let end = 0;
  for (let i = 1; i < losses.length; i++) {
    for (let j = 0; j < i; j++) {
      const falls = (losses[i] ?? NaN) < (losses[j] ?? NaN);
      if (falls && (lengths[i] ?? 0) < (lengths[j] ?? 0) + 1) lengths[i] = (lengths[j] ?? 0) + 1;
    }
    if ((lengths[end] ?? 0) < (lengths[i] ?? 0)) end = i;
  }
  const start = end - (lengths[end] ?? 0);
  const third = (end - start) / 3;
  return Math.max(0, start + Math.floor(third) + Math.floor(third / 2));
}
