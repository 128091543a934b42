import { type Decoded, logAdd } from "./decoded.ts";
import type { WordTree } from "./wordTree.ts";

/**
 * The most probable words of a tree, best first, each with the sum over all its alignments. A branch is left where all
 * readings that begin so are together no more probable than the words that were found already; so this is exact.
 * Reference: A. Graves et al., "Connectionist Temporal Classification", 2006, section 3.2 (prefix search decoding).
 *
 * @param logProbabilities [frames, outputs]; the last class is the blank @param count how many words
 */
export function decodeWords(
  logProbabilities: ArrayLike<number>,
  outputs: number,
  words: WordTree,
  count: number,
): Decoded[] {
  const frames = logProbabilities.length / outputs;
  const emitted = (frame: number, label: number): number => logProbabilities[frame * outputs + label] as number;
  const blank = outputs - 1;
  const best: Decoded[] = [];
  const beats = (logProbability: number): boolean =>
    logProbability > (best.length < count ? -Infinity : (best.at(-1) as Decoded).logProbability);

  /** Alignments of the frames before each that read the labels and end with a blank, or with the last label. */
  const follow = (tree: WordTree, labels: number[], ending: Ending): void => {
    const whole = logAdd(ending.blank[frames] as number, ending.label[frames] as number);
    if (tree.ends && beats(whole)) {
      best.push({ labels, logProbability: whole });
      best.sort((a, b) => b.logProbability - a.logProbability);
      best.length = Math.min(best.length, count);
    }
    const branches = [...tree.longer].map(([label, longer]) => {
      const next: Ending = { blank: nothing(frames), label: nothing(frames) };
      let any = -Infinity; // of all readings that begin so: the alignments by the frame where the label is first read
      for (let frame = 0; frame < frames; frame++) {
        const before = ending.blank[frame] as number;
        const from = label === labels.at(-1) ? before : logAdd(before, ending.label[frame] as number);
        const arrived = from + emitted(frame, label);
        any = logAdd(any, arrived);
        next.label[frame + 1] = logAdd(arrived, (next.label[frame] as number) + emitted(frame, label));
        const stood = logAdd(next.blank[frame] as number, next.label[frame] as number);
        next.blank[frame + 1] = stood + emitted(frame, blank);
      }
      return { longer, labels: [...labels, label], next, any };
    });
    branches.sort((a, b) => b.any - a.any);
    for (const { longer, labels, next, any } of branches) if (beats(any)) follow(longer, labels, next);
  };

  const start: Ending = { blank: nothing(frames), label: nothing(frames) };
  start.blank[0] = 0;
  for (let frame = 0; frame < frames; frame++) {
    start.blank[frame + 1] = (start.blank[frame] as number) + emitted(frame, blank);
  }
  follow(words, [], start);
  return best;
}

/** Logarithms, after 0, 1, … frames. */
interface Ending {
  blank: Float64Array;
  label: Float64Array;
}

function nothing(frames: number): Float64Array {
  return new Float64Array(frames + 1).fill(-Infinity);
}
