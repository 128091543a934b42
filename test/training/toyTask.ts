import * as tf from "@tensorflow/tfjs";
import type { Random } from "../../src/base/random.ts";
import { BatchNorm } from "../../src/core/layers/batchNorm.ts";
import { disposeWeights } from "../../src/core/namedWeights.ts";
import type { Prepared } from "../../src/training/trainOptions.ts";

/** A second task beside detection, and nothing else: which side of a line a point lies on. */
export function toyTask(random: Random): Prepared<number> {
  const layers = [dense("hidden", 4, "tanh"), new BatchNorm({ name: "norm" }), dense("out", 1, "linear")];
  const network = tf.sequential({ layers });
  const logits = (x?: tf.Tensor, training = false): tf.Tensor => network.apply(x ?? [], { training }) as tf.Tensor;
  const held = (): { x: tf.Tensor2D; y: tf.Tensor } => points(random.fork("held out"));
  const loss = (x: tf.Tensor, y: tf.Tensor): tf.Scalar => {
    const z = logits(x, true);
    return tf.softplus(z).sub(z.mul(y)).mean();
  };
  return {
    ...{ kind: "classification", description: { model: "toy", classes: ["below", "above"] }, built: { model: "toy" } },
    ...{ network, summary: "toy", shapes: { points: { x: floats(2), y: floats(1), noise: floats(2) } } },
    batches: { stepsPerEpoch: 4, batch: (i) => Promise.resolve(i), namesOf: (i) => [`points ${i}`] },
    feeds: (i, noise) => ({ ...points(random.fork(i)), noise: uniform(noise, 0.1) }),
    losses: ({ x, y, noise }) => ({ side: loss((x as tf.Tensor).add(noise as tf.Tensor), y as tf.Tensor) }),
    validationLosses: {
      ...{ batches: 1, batch: (i) => Promise.resolve(i), inputs: { x: floats(2), y: floats(1) }, feeds: held },
      losses: ({ x, y }) => ({ side: loss(x as tf.Tensor, y as tf.Tensor) }),
    },
    predict: { inputs: { x: floats(2) }, run: ({ x }) => ({ outputs: { z: logits(x) } }) },
    validate(run) {
      const { x, y } = held();
      const { z = x } = run({ x });
      const accuracy = tf.tidy(() => z.greater(0).equal(y.greater(0)).mean().dataSync()[0] ?? NaN);
      tf.dispose([x, y, z]);
      return Promise.resolve({ score: accuracy, metrics: { accuracy }, described: { thresholds: [accuracy, 1] } });
    },
    dispose: () => {
      disposeWeights(network);
    },
  };
}

const SIZE = 64;
const floats = (columns: number) => ({ shape: [SIZE, columns], dtype: "float32" as const });

function dense(name: string, units: number, activation: "tanh" | "linear"): tf.layers.Layer {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  return tf.layers.dense({ name, units, activation, inputShape: [2], kernelInitializer });
}

function uniform(random: Random, amount: number): tf.Tensor2D {
  return tf.tensor2d(
    Array.from({ length: SIZE }, () => [random.uniform(-amount, amount), random.uniform(-amount, amount)]),
  );
}

function points(random: Random): { x: tf.Tensor2D; y: tf.Tensor } {
  const x = uniform(random, 2);
  const y = tf.tidy(() => x.slice([0, 0], [SIZE, 1]).greater(x.slice([0, 1], [SIZE, 1])).toFloat()); // prettier-ignore
  return { x, y };
}
