import * as tf from "@tensorflow/tfjs";
import type { Random } from "../../src/base/random.ts";
import { BatchNorm } from "../../src/core/layers/batchNorm.ts";
import { disposeWeights } from "../../src/core/namedWeights.ts";
import type { PrepareContext, Prepared } from "../../src/training/trainOptions.ts";

interface Points {
  index: number;
  x: Float32Array;
  y: Float32Array;
}

/** A second task beside detection, and nothing else: which side of a line a point lies on. */
export function toyTask({ random }: Pick<PrepareContext, "random">, classes = ["below", "above"]): Prepared<Points> {
  const SIZE = 16;
  const draw = (from: Random, index: number): Points => {
    const x = Float32Array.from({ length: 2 * SIZE }, () => from.uniform(-1, 3));
    return {
      index,
      x,
      y: Float32Array.from({ length: SIZE }, (_, i) => Number((x[2 * i] ?? 0) > (x[2 * i + 1] ?? 0))),
    };
  };
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  const network = tf.sequential({
    layers: [
      tf.layers.dense({ name: "hidden", units: 4, inputShape: [2], kernelInitializer, activation: "tanh" }),
      new BatchNorm({ name: "norm", momentum: 0.9 }),
      tf.layers.dense({ name: "out", units: 1, kernelInitializer }),
    ],
  });
  const logits = (x: tf.Tensor, training: boolean): tf.Tensor => network.apply(x, { training }) as tf.Tensor;
  const float = (...shape: number[]) => ({ shape, dtype: "float32" as const });
  const held = draw(random.fork("held out"), 0);
  return {
    ...{
      kind: "classification",
      description: { model: "toy", classes },
      network,
      built: { model: "toy" },
      summary: "toy",
    },
    shapes: { points: { x: float(SIZE, 2), y: float(SIZE, 1), noise: float(SIZE, 2) } },
    batches: {
      stepsPerEpoch: 4,
      batch: (index) => Promise.resolve(draw(random.fork("points").fork(index), index)),
      namesOf: ({ index }) => [`points ${index}`],
    },
    feeds: ({ x, y }, draws) => ({
      ...{ x: tf.tensor2d(x, [SIZE, 2]), y: tf.tensor2d(y, [SIZE, 1]) },
      noise: tf.tensor2d(
        Float32Array.from(x, () => draws.normal(0, 0.05)),
        [SIZE, 2],
      ),
    }),
    losses: ({ x, y, noise }) => {
      const z = logits((x as tf.Tensor).add(noise as tf.Tensor), true);
      return {
        side: tf
          .softplus(z)
          .sub(z.mul(y as tf.Tensor))
          .mean(),
      };
    },
    predict: {
      inputs: { x: float(SIZE, 2) },
      run: ({ x }) => ({ outputs: { above: logits(x as tf.Tensor, false).sigmoid() } }),
    },
    validate(run) {
      const x = tf.tensor2d(held.x, [SIZE, 2]);
      const { above } = run({ x });
      const found = above?.dataSync() ?? [];
      tf.dispose([x, above ?? []]);
      const right = held.y.reduce((sum, y, i) => sum + Number(y > 0.5 === (found[i] ?? 0) > 0.5), 0);
      return Promise.resolve({ score: right / SIZE, metrics: { accuracy: right / SIZE } });
    },
    dispose: () => {
      disposeWeights(network);
    },
  };
}
