import { AnchorkitError } from "../../base/errors.ts";
import { knownOptions } from "../../geometry/knownOptions.ts";
import { BOOTSTRAP_OPTIONS, type BootstrapOptions } from "../bootstrapOptions.ts";
import type { Estimate } from "../estimate.ts";
import { pooledRatio } from "../pooledRatio.ts";
import { align, type AlignedPair, editDistance } from "./align.ts";

/** A character that was read wrongly, and how. */
export interface LetterConfusion {
  /** What stands there; "" for what was read where nothing stands. */
  truth: string;
  /** What was read; "" for what was missed. */
  read: string;
  count: number;
}

/** What a reader of texts is judged by. */
export interface TextMetrics {
  /** The number of texts. */
  texts: number;
  /** Character error rate: the sum of the edit distances over the number of characters in the truth. */
  characterErrorRate: Estimate;
  /** The same of words, which are what white space parts. */
  wordErrorRate: Estimate;
  /** The share of texts that were read without any error. */
  exact: Estimate;
  /** Characters of the truth: all of them, those read rightly, taken for another, and missed; and what was read besides. */
  characters: { truth: number; right: number; substituted: number; missed: number; extra: number };
  /** Most frequent first. */
  confusions: LetterConfusion[];
}

/**
 * Compares what was read with what stands there, in one call. Rates are pooled, as jiwer's: long texts count more than
 * short ones, and a rate may exceed 1 where much is read that is not there. NaN where the truth has no character.
 * Characters are Unicode's code points; case and white space count, so bring both to one form first if they should not.
 * Intervals come from the bootstrap over texts; where all texts are read alike well they have no width, which says little.
 *
 * @throws AnchorkitError for lists of unequal lengths, and as `bootstrapCoco` for its options
 *
 * @example
 * const { characterErrorRate, exact } = evaluateText(["AB12", "7"], ["A812", "7"]);
 * characterErrorRate.value; // 0.2
 * exact.value; // 0.5
 */
export function evaluateText(
  truths: readonly string[],
  readings: readonly string[],
  options: BootstrapOptions = {},
): TextMetrics {
  knownOptions("evaluateText", options, BOOTSTRAP_OPTIONS);
  if (truths.length !== readings.length) {
    throw new AnchorkitError(
      `evaluateText: ${truths.length} texts came with ${readings.length} readings; give one each`,
    );
  }
  const characters = truths.map((truth) => Array.from(truth));
  const alignments = characters.map((truth, i) => align(truth, Array.from(readings[i] as string)));
  const words = truths.map((truth) => wordsOf(truth));
  const wordErrors = words.map((truth, i) => editDistance(truth, wordsOf(readings[i] as string)));
  const errors = alignments.map((pairs) => pairs.filter(isError).length);
  const ones = truths.map(() => 1);
  const right = truths.map((truth, i) => (truth === readings[i] ? 1 : 0));
  const pairs = alignments.flat();
  const wrong = pairs.filter(isError);
  return {
    texts: truths.length,
    characterErrorRate: pooledRatio(
      errors,
      characters.map(({ length }) => length),
      options,
    ),
    wordErrorRate: pooledRatio(
      wordErrors,
      words.map(({ length }) => length),
      options,
    ),
    exact: pooledRatio(right, ones, options),
    characters: {
      truth: pairs.filter(({ truth }) => truth !== undefined).length,
      right: pairs.length - wrong.length,
      substituted: wrong.filter(({ truth, read }) => truth !== undefined && read !== undefined).length,
      missed: wrong.filter(({ read }) => read === undefined).length,
      extra: wrong.filter(({ truth }) => truth === undefined).length,
    },
    confusions: countConfusions(wrong),
  };
}

function isError({ truth, read }: AlignedPair<string>): boolean {
  return truth !== read;
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/u).filter((word) => word !== "");
}

/** Equally frequent ones by their characters, so that the order is the same whatever the order of the texts. */
function countConfusions(wrong: readonly AlignedPair<string>[]): LetterConfusion[] {
  const counts = new Map<string, LetterConfusion>();
  for (const { truth = "", read = "" } of wrong) {
    const key = JSON.stringify([truth, read]);
    const entry = counts.get(key) ?? { truth, read, count: 0 };
    entry.count++;
    counts.set(key, entry);
  }
  const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return [...counts.values()].sort((a, b) => b.count - a.count || byCode(a.truth, b.truth) || byCode(a.read, b.read));
}
