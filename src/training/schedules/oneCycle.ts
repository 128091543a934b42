import { halfCosine } from "./cosine.ts";
import type { Schedule } from "./schedule.ts";

export interface OneCycleOptions {
  peakRate: number;
  /** The length of the cycle, in the unit of the position. */
  steps: number;
  /** The share of it in which the rate rises. */
  rise?: number;
  /** The first rate is so many times below the peak, and the last one. */
  divideFirst?: number;
  divideLast?: number;
}

/**
 * Up to the peak and far down, on half cosines (Smith and Topin, "Super-Convergence", 2018), with the numbers of
 * fastai's `fit_one_cycle`. The rate alone: momentum stays as it is.
 */
export function oneCycle({
  peakRate,
  steps,
  rise = 0.25,
  divideFirst = 25,
  divideLast = 1e5,
}: OneCycleOptions): Schedule {
  const [first, last] = [peakRate / divideFirst, peakRate / divideLast];
  return (position) => {
    const done = position / steps;
    if (done < rise) return peakRate + (first - peakRate) * halfCosine(done / rise);
    return last + (peakRate - last) * halfCosine((done - rise) / (1 - rise));
  };
}
