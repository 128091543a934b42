import * as tf from "@tensorflow/tfjs";
import type { BatchNorm } from "../core/layers/batchNorm.ts";
import { variableOf } from "../core/namedWeights.ts";
import type { Program } from "../engine/graph/program.ts";

/**
 * Sets the statistics of all normalisation to the mean over so many batches. Small batches' statistics scatter; the
 * moving averages follow the last few of them.
 *
 * @param measure runs the calibration step on batch `i`
 */
export async function calibrate(
  program: Program,
  norms: readonly BatchNorm[],
  batches: number,
  measure: (i: number) => Promise<void>,
): Promise<void> {
  const statistics = norms.flatMap((norm) => norm.nonTrainableWeights.map(variableOf));
  const sums = statistics.map((variable) => new Float64Array(variable.size));
  for (let i = 0; i < batches; i++) {
    await measure(i);
    program.pull(statistics);
    statistics.forEach((variable, k) => {
      const sum = sums[k] as Float64Array;
      variable.dataSync().forEach((value, j) => (sum[j] = (sum[j] as number) + value));
    });
  }
  program.pull(); // all of them are handed over again below
  statistics.forEach((variable, k) => {
    const mean = Float32Array.from(sums[k] as Float64Array, (sum) => sum / batches);
    tf.tidy(() => {
      variable.assign(tf.tensor(mean, variable.shape));
    });
  });
  program.push();
}
