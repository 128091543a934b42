import { BACKGROUND, IGNORED, type LabelMap } from "../../geometry/masks/labelMap.ts";

/** How often each foreground probability occurs, in pixels of the foreground and of the background. */
export interface ForegroundHistogram {
  /** [BINS] pixels whose probability times BINS, rounded down, is the index; a probability of 1 is in the last bin. */
  foreground: Float64Array;
  background: Float64Array;
}

/** Twice a whole number, so that a half is one of the thresholds. */
const BINS = 256;

/** A histogram of no pixels yet. */
export function foregroundHistogram(): ForegroundHistogram {
  return { foreground: new Float64Array(BINS), background: new Float64Array(BINS) };
}

/**
 * Counts the pixels of one more image; those that do not count are left out.
 *
 * @param probabilities [height * width], row by row: how probable it is that a pixel is not background, 0 to 1
 * @param truth of the same size
 */
export function addForeground(
  { foreground, background }: ForegroundHistogram,
  probabilities: ArrayLike<number>,
  truth: LabelMap,
): void {
  for (let i = 0; i < truth.data.length; i++) {
    const label = truth.data[i];
    if (label === IGNORED) continue;
    const bin = Math.min(BINS - 1, Math.floor((probabilities[i] as number) * BINS));
    const counts = label === BACKGROUND ? background : foreground;
    (counts[bin] as number)++;
  }
}

/**
 * The probability from which a pixel is best called foreground: the threshold of 1/256 … 255/256 with the highest IoU of
 * the foreground, over all pixels together. Of a row of equally good ones it is the middle, so that it holds for other
 * images too. A half where no pixel is foreground.
 */
export function bestForegroundThreshold({ foreground, background }: ForegroundHistogram): number {
  const total = foreground.reduce((sum, pixels) => sum + pixels, 0);
  if (total === 0) return 0.5;
  let [hits, wrong] = [0, 0];
  let [best, high, low] = [-1, BINS, BINS];
  for (let bin = BINS - 1; bin > 0; bin--) {
    hits += foreground[bin] as number;
    wrong += background[bin] as number;
    const iou = hits / (total + wrong);
    if (iou > best) [best, high, low] = [iou, bin, bin];
    else if (iou === best && low === bin + 1) low = bin;
  }
  return Math.round((high + low) / 2) / BINS;
}
