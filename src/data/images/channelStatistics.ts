import type { Preprocessing } from "../../base/preprocessing.ts";
import { prefetch } from "../prefetch.ts";
import type { ImageStore } from "./imageStore.ts";

/** Images that the statistics are computed from, at most. */
const SAMPLED_IMAGES = 200;
/** Images that are read at once: other readers may be at work beside. */
const READ_AHEAD = 32;

/**
 * Featurewise centring and normalisation: mean and deviation of each channel over the images (evenly spread ones, if
 * there are many), and the grey that lies around images. A deviation is at least 1.
 */
export async function channelStatistics(
  store: ImageStore,
): Promise<Pick<Preprocessing, "mean" | "deviation" | "fill">> {
  const step = Math.max(1, Math.floor(store.length / SAMPLED_IMAGES));
  const sums = [0, 0, 0];
  const squares = [0, 0, 0];
  let count = 0;
  const sampled = Array.from({ length: Math.ceil(store.length / step) }, (_, i) => i * step);
  for await (const { pixels } of prefetch(sampled, READ_AHEAD, (i) => store.get(i))) {
    for (let at = 0; at < pixels.length; at++) {
      const value = pixels[at] as number;
      sums[at % 3] = (sums[at % 3] as number) + value;
      squares[at % 3] = (squares[at % 3] as number) + value * value;
    }
    count += pixels.length / 3;
  }
  const mean = sums.map((sum) => sum / count) as Preprocessing["mean"];
  const deviation = squares.map((square, c) =>
    Math.max(1, Math.sqrt(square / count - (mean[c] as number) ** 2)),
  ) as Preprocessing["deviation"];
  return { mean, deviation, fill: Math.round((mean[0] + mean[1] + mean[2]) / 3) };
}
