import { AnchorkitError } from "../../base/errors.ts";
import { knownOptions } from "../../geometry/knownOptions.ts";
import { charactersOf, tidyText } from "../../data/text/texts.ts";
import { beamDecode, type Decoded, greedyDecode, type WordTree, wordTree } from "./decoding/index.ts";
import type { FrameScores } from "./readImages.ts";

/** How the scores of frames become a text. */
export interface DecodeOptions {
  /**
   * How many beginnings a beam search follows. Without it, the most probable character of each frame is taken (greedy).
   */
  beam?: number | undefined;
  /** The only texts that are read: the most probable of them, found exactly, so that no beam is needed. */
  words?: readonly string[] | undefined;
}

/** A text, and how probable it is, 0 to 1: the sum over all ways to lay it out over the frames. */
export interface Reading {
  text: string;
  confidence: number;
}

/**
 * What makes texts of scores.
 *
 * @param classes the alphabet @throws AnchorkitError for a beam that is no whole number from 1, a beam beside words, and
 * where none of the words can be written with the alphabet
 */
export function decoderOf(classes: readonly string[], options: DecodeOptions): (scores: FrameScores) => Reading {
  knownOptions("reading", options, { beam: true, words: true });
  const { beam, words } = options;
  if (beam !== undefined && words) throw new AnchorkitError("reading: with words, no beam is needed; leave one out");
  if (beam !== undefined && !(Number.isInteger(beam) && beam >= 1)) {
    throw new AnchorkitError(`reading: beam must be a whole number from 1, got ${beam}`);
  }
  const outputs = classes.length + 1;
  const tree = words && treeOf(words, classes);
  const best = ({ logProbabilities }: FrameScores): Decoded | undefined => {
    if (tree) return beamDecode(logProbabilities, outputs, { words: tree, width: 1 })[0];
    if (beam !== undefined) return beamDecode(logProbabilities, outputs, { width: beam })[0];
    const { labels } = greedyDecode(logProbabilities, outputs);
    return beamDecode(logProbabilities, outputs, { words: wordTree([labels]), width: 1 })[0]; // over all alignments
  };
  return (scores) => {
    const found = best(scores);
    if (!found) return { text: "", confidence: 0 };
    const text = found.labels.map((label) => classes[label] ?? "").join("");
    return { text, confidence: Math.min(1, Math.exp(found.logProbability)) };
  };
}

function treeOf(words: readonly string[], classes: readonly string[]): WordTree {
  const places = new Map(classes.map((character, i) => [character, i]));
  const written = words.flatMap((word) => {
    const labels = charactersOf(tidyText(word)).map((character) => places.get(character) ?? -1);
    return labels.length === 0 || labels.includes(-1) ? [] : [labels];
  });
  if (written.length === 0) {
    throw new AnchorkitError(
      `reading: none of ${words.length} words can be read: this model knows ${classes.slice(0, 72).join("")}`,
    );
  }
  return wordTree(written);
}
