import { type Decoded, frameCount } from "./decoded.ts";

/**
 * Reads the most probable class of each frame, the first of equals; what is repeated counts once, and blanks are left out.
 * Its probability is that of this one alignment, and a lower bound for that of the labels.
 * Reference: A. Graves et al., "Connectionist Temporal Classification", 2006, section 3.2 (best path decoding).
 *
 * @param logProbabilities [frames, outputs], row by row; the last class is the blank
 * @throws if they are no whole number of frames
 */
export function greedyDecode(logProbabilities: ArrayLike<number>, outputs: number): Decoded {
  const frames = frameCount(logProbabilities, outputs);
  const labels: number[] = [];
  let logProbability = 0;
  let last = outputs - 1;
  for (let frame = 0; frame < frames; frame++) {
    let best = 0;
    let highest = -Infinity;
    for (let label = 0; label < outputs; label++) {
      const value = logProbabilities[frame * outputs + label] as number;
      if (value > highest) [best, highest] = [label, value];
    }
    logProbability += highest;
    if (best !== last && best !== outputs - 1) labels.push(best);
    last = best;
  }
  return { labels, logProbability };
}
