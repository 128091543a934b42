import * as tf from "@tensorflow/tfjs";
import { type Batch, disposeBatch, samplesIn } from "./batch.ts";

/**
 * Batches that are filled up with their first sample where they are smaller than the one before, so that what computes
 * each sample by itself needs no further step; `count` of the samples are real.
 */
export async function* padded(batches: AsyncIterable<Batch>): AsyncGenerator<{ batch: Batch; count: number }> {
  let size = 0;
  for await (const batch of batches) {
    const count = samplesIn(batch);
    if (count >= size) {
      size = count;
      yield { batch, count };
    } else {
      yield { batch: filledUp(batch, size), count };
      disposeBatch(batch);
    }
  }
}

function filledUp(batch: Batch, size: number): Batch {
  const { inputs, targets, weights } = batch;
  const samples = samplesIn(batch);
  const fill = (tensor: tf.Tensor): tf.Tensor =>
    tf.tidy(() => {
      const missing = size - samples;
      const first = tf.slice(tensor, 0, 1);
      return tf.concat([tensor, tf.tile(first, [missing, ...tensor.shape.slice(1).map(() => 1)])]);
    });
  return {
    inputs: inputs.map(fill),
    targets: targets.map(fill),
    ...(weights && { weights: fill(weights) as tf.Tensor1D }),
  };
}
