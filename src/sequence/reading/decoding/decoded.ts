/** What was read from the frames of one sequence. */
export interface Decoded {
  /** Classes without the blank, in order. */
  labels: number[];
  /** Logarithm of how probable they are; what it sums over is said where they are made. */
  logProbability: number;
}

/**
 * How many frames there are, for log-probabilities of so many classes a frame.
 *
 * @throws if they are no whole number of frames, or there is no class beside the blank
 */
export function frameCount(logProbabilities: ArrayLike<number>, outputs: number): number {
  const frames = logProbabilities.length / outputs;
  if (outputs < 2 || !Number.isInteger(frames)) {
    throw new Error(
      `decoding: ${logProbabilities.length} log-probabilities are not those of frames with ${outputs} classes each, ` +
        "the last of them the blank",
    );
  }
  return frames;
}

/** log(exp(a) + exp(b)); -Infinity is nothing. */
export function logAdd(a: number, b: number): number {
  const [high, low] = a > b ? [a, b] : [b, a];
  return low === -Infinity ? high : high + Math.log1p(Math.exp(low - high));
}
