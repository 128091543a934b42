import * as tf from "@tensorflow/tfjs";
import { variableOf } from "../core/namedWeights.ts";
import type { BatchSource } from "../data/batches/trainingBatches.ts";
import { imageFeeds } from "./fasterRcnn/trainFeeds.ts";
import type { TrainingProgram } from "./trainingProgram.ts";

/**
 * Sets the statistics of all normalisation to the mean over so many batches. Small batches' statistics scatter; the
 * moving averages follow the last few of them.
 */
export async function calibrate(
  { program, norms }: TrainingProgram,
  source: BatchSource,
  firstBatch: number,
  batches: number,
): Promise<void> {
  const statistics = norms.flatMap((norm) => norm.nonTrainableWeights.map(variableOf));
  const sums = statistics.map((variable) => new Float64Array(variable.size));
  for (let i = 0; i < batches; i++) {
    const feeds = imageFeeds(await source.batch(firstBatch + i));
    tf.dispose([feeds, program.run("calibrate", feeds)]);
    program.pull();
    statistics.forEach((variable, k) => {
      const sum = sums[k] as Float64Array;
      variable.dataSync().forEach((value, j) => (sum[j] = (sum[j] as number) + value));
    });
  }
  statistics.forEach((variable, k) => {
    const mean = Float32Array.from(sums[k] as Float64Array, (sum) => sum / batches);
    tf.tidy(() => {
      variable.assign(tf.tensor(mean, variable.shape));
    });
  });
  program.push();
}
