import { type Decoded, frameCount, logAdd } from "./decoded.ts";
import { decodeWords } from "./decodeWords.ts";
import type { WordTree } from "./wordTree.ts";

export interface BeamOptions {
  /** How many beginnings are followed from frame to frame, and how many results there are at most; default 16. */
  width?: number | undefined;
  /** Nothing but these is read. Each is weighed with all its alignments: no search can miss the best. */
  words?: WordTree | undefined;
  /** Added to the logarithm for each label that is read, given those before it; not with `words`. */
  weigh?: ((before: readonly number[], label: number) => number) | undefined;
}

/**
 * Reads the most probable labels, best first, each with the sum over its alignments: those whose beginnings were among the
 * most probable at every frame, so that no probability is too high.
 * Reference: A. Graves, "Supervised Sequence Labelling with Recurrent Neural Networks", 2012, section 7.5; as a beam in
 * A. Hannun et al., "First-Pass Large Vocabulary Continuous Speech Recognition", 2014, algorithm 1.
 *
 * @param logProbabilities [frames, outputs], row by row; the last class is the blank
 * @returns as many as `width` at most; none if nothing that may be read has an alignment
 * @throws if they are no whole number of frames, or the width is no whole number from 1
 */
export function beamDecode(
  logProbabilities: ArrayLike<number>,
  outputs: number,
  { width = 16, words, weigh }: BeamOptions = {},
): Decoded[] {
  const frames = frameCount(logProbabilities, outputs);
  if (!Number.isInteger(width) || width < 1) {
    throw new Error(`beamDecode: width is ${width}; give a whole number from 1`);
  }
  if (words) return decodeWords(logProbabilities, outputs, words, width);
  let beam: Followed[] = [{ beginning: newBeginning([], 0), blank: 0, label: -Infinity }];
  for (let frame = 0; frame < frames; frame++) {
    const emitted = Array.from({ length: outputs }, (_, k) => logProbabilities[frame * outputs + k] as number);
    beam = step(beam, emitted, weigh).slice(0, width);
  }
  return beam.map((one) => ({ labels: one.beginning.labels, logProbability: total(one) }));
}

/** The first labels of a reading. There is one object for each, so that alignments that come to the same add up. */
interface Beginning {
  labels: number[];
  weight: number;
  longer: Beginning[];
}

/** A beginning, and the logarithms of its alignments up to a frame that end with a blank there, or with its last label. */
interface Followed {
  beginning: Beginning;
  blank: number;
  label: number;
}

function newBeginning(labels: number[], weight: number): Beginning {
  return { labels, weight, longer: [] };
}

function total({ blank, label }: Followed): number {
  return logAdd(blank, label);
}

/** All that the beginnings can be after one more frame, the most probable first. */
function step(beam: readonly Followed[], emitted: readonly number[], weigh: BeamOptions["weigh"]): Followed[] {
  const blank = emitted.length - 1;
  const next = new Map<Beginning, Followed>();
  const at = (beginning: Beginning): Followed => {
    const found = next.get(beginning) ?? { beginning, blank: -Infinity, label: -Infinity };
    next.set(beginning, found);
    return found;
  };
  for (const one of beam) {
    const { labels, longer } = one.beginning;
    const last = labels.at(-1);
    const here = at(one.beginning);
    here.blank = logAdd(here.blank, total(one) + (emitted[blank] as number));
    if (last !== undefined) here.label = logAdd(here.label, one.label + (emitted[last] as number));
    for (let label = 0; label < blank; label++) {
      const from = label === last ? one.blank : total(one); // equal labels need a blank between them
      if (from === -Infinity || emitted[label] === -Infinity) continue;
      const grown = (longer[label] ??= newBeginning([...labels, label], weigh?.(labels, label) ?? 0));
      const there = at(grown);
      there.label = logAdd(there.label, from + (emitted[label] as number) + grown.weight);
    }
  }
  return [...next.values()].filter((one) => total(one) > -Infinity).sort((a, b) => total(b) - total(a));
}
