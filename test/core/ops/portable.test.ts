import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { ACTIVATIONS } from "../../../src/core/ops/activations.ts";
import { batchNorm, frozenBatchNorm } from "../../../src/core/ops/batchNorm.ts";
import { sampleGrid, sampleRegularGrid } from "../../../src/core/ops/bilinear.ts";
import { gatherPerImage } from "../../../src/core/ops/gather.ts";
import { dense } from "../../../src/core/ops/dense.ts";
import { lstm } from "../../../src/core/ops/recurrent/lstm.ts";
import { matrixProduct } from "../../../src/core/ops/recurrent/product.ts";
import { cropImages } from "../../../src/core/ops/images.ts";
import { batchedNms } from "../../../src/core/ops/nonMaxSuppression.ts";
import { rangeMax } from "../../../src/core/ops/rangeMax.ts";
import { relu, relu6 } from "../../../src/core/ops/relu.ts";
import { resizeImages } from "../../../src/core/ops/resize.ts";
import { segmentMax } from "../../../src/core/ops/segmentMax.ts";
import { stopGradient } from "../../../src/core/ops/stopGradient.ts";
import { FILL_MODES, transformImages } from "../../../src/core/ops/transformImages.ts";
import { upsampleTwice } from "../../../src/core/ops/upsample.ts";
import { subpixelGather, subpixelShuffle } from "../../../src/core/ops/upsampling/subpixel.ts";
import { transposedUpsampling } from "../../../src/core/ops/upsampling/transposedUpsampling.ts";
import { maxPoolWithSwitches, maxUnpool } from "../../../src/core/ops/upsampling/unpooling.ts";
import { unpackBytes } from "../../../src/core/ops/bytes.ts";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import { recordStep } from "../../../src/engine/graph/recorder.ts";
import type { Step } from "../../../src/engine/graph/step.ts";
import type { Target } from "../../../src/engine/graph/target.ts";
import { softmaxCrossEntropy } from "../../../src/training/losses/index.ts";
import { engines, largestDifference } from "../../detection/support.ts";
import { nativeOnly } from "../../nativeOnly.ts";

const random = new Random("portable");
const numbers = (count: number): number[] => Array.from({ length: count }, () => random.normal());
const ints = (...values: number[]): tf.Tensor1D => tf.tensor1d(values, "int32");
const [GAMMA, BETA, MEAN] = [numbers(3), numbers(3), numbers(3)];
const DENSE = numbers(12);
const VARIANCE = [0.5, 1, 2];
const vector = (values: number[]): tf.Tensor1D => tf.tensor1d(values);

interface Case {
  name: string;
  shape: number[];
  run: (x: tf.Tensor) => tf.Tensor;
  /** Ops that must be there natively and may not be portably; none where both are the same. */
  native: string[];
  /** Has no gradient. */
  flat?: true;
}

const kernels = { elu: "Elu", selu: "Selu", sigmoid: "Sigmoid", tanh: "Tanh", softplus: "Softplus", leaky_relu: "LeakyRelu" }; // prettier-ignore

const cases: Case[] = [
  ...FILL_MODES.flatMap((fillMode) =>
    (["nearest", "bilinear"] as const).map((interpolation) => ({
      name: `transformImages ${fillMode} ${interpolation}`,
      shape: [2, 4, 5, 3],
      run: (x: tf.Tensor) => {
        const transforms = tf.tensor2d([[0.9, 0.3, -4.2, -0.25, 1.1, 3.6, 0.01, -0.02], [-1, 0, 13.5, 0, 0.5, -11, 0, 0]]); // prettier-ignore
        return transformImages(x as tf.Tensor4D, transforms, { fillMode, interpolation, fillValue: 3, size: [6, 3] });
      },
      native: ["ImageProjectiveTransformV3"],
    })),
  ),
  ...Object.entries(kernels).map(([name, op]) => ({
    name,
    shape: [2, 5],
    run: ACTIVATIONS[name as keyof typeof kernels],
    native: [`${op}Grad`].filter((grad) => grad !== "EluGrad"), // which tfjs has, too
  })),
  ...(["nearest", "bilinear"] as const).flatMap((interpolation) =>
    [[7, 3], [2, 9], [4, 10]].map(([height = 0, width = 0]) => ({
      name: `resizeImages ${interpolation} ${height} x ${width}`,
      shape: [2, 4, 5, 3],
      run: (x: tf.Tensor) => resizeImages(x as tf.Tensor4D, [height, width], interpolation),
      native: [interpolation === "bilinear" ? "ResizeBilinearGrad" : "ResizeNearestNeighborGrad"],
    })),
  ), // prettier-ignore
  { name: "relu", shape: [2, 5], run: relu, native: ["ReluGrad"] },
  {
    name: "dense",
    shape: [2, 3, 4],
    run: (x) => dense(x, tf.tensor2d(DENSE, [4, 3]), vector(BETA)),
    native: ["MatMul", "BiasAdd"],
  },
  {
    name: "lstm",
    shape: [3, 2, 8],
    run: (x) => {
      const product = matrixProduct(tf.tensor2d(DENSE.concat(DENSE).slice(0, 16), [2, 8]));
      const options = { activation: "tanh", recurrentActivation: "sigmoid", throughCells: false } as const;
      return lstm(x, [tf.zeros([2, 2]), tf.ones([2, 2])], product, options)[0];
    },
    native: ["TensorArrayV3", "LoopCond"],
  },
  { name: "relu6", shape: [2, 5], run: (x) => relu6(x.mul(6)), native: ["Relu6Grad"] },
  {
    name: "batchNorm",
    shape: [2, 4, 5, 3],
    run: (x) => batchNorm(x as tf.Tensor4D, vector(GAMMA), vector(BETA), 1e-3).normalized,
    native: ["FusedBatchNormV3", "FusedBatchNormGradV3"],
  },
  {
    name: "frozenBatchNorm",
    shape: [2, 4, 5, 3],
    run: (x) => frozenBatchNorm(x as tf.Tensor4D, vector(GAMMA), vector(BETA), vector(MEAN), vector(VARIANCE), 1e-3),
    native: ["FusedBatchNormGradV3"],
  },
  {
    name: "sampleGrid",
    shape: [2, 4, 5, 3],
    run: (x) => sampleGrid(x as tf.Tensor4D, ints(1, 0), tf.tensor2d([[0.3, 2.9], [1, 9]]), tf.tensor2d([[-1, 2.5, 4], [0, 1.2, 3]])), // prettier-ignore
    native: [],
  },
  {
    name: "sampleRegularGrid",
    shape: [2, 4, 5, 3],
    run: (x) => {
      const corners = tf.tensor2d([[0.25, 0, 4, 3], [1, 0.5, 3.5, 2], [0, 0, 4, 1.75]]); // prettier-ignore
      return sampleRegularGrid(x as tf.Tensor4D, corners, ints(1, 0, 1), [3, 4]);
    },
    native: ["CropAndResizeGradImage"],
  },
  { name: "gatherPerImage", shape: [2, 4, 3], run: (x) => gatherPerImage(x, tf.tensor2d([[3, 0, 3], [1, 1, 2]], undefined, "int32")), native: [] }, // prettier-ignore
  { name: "upsampleTwice", shape: [2, 3, 4, 2], run: (x) => upsampleTwice(x as tf.Tensor4D, 5, 8), native: ["ResizeNearestNeighborGrad"] }, // prettier-ignore
  { name: "subpixelShuffle", shape: [2, 3, 4, 18], run: (x) => subpixelShuffle(x as tf.Tensor4D, 3), native: ["SpaceToDepth"] }, // prettier-ignore
  { name: "subpixelGather", shape: [2, 6, 4, 3], run: (x) => subpixelGather(x as tf.Tensor4D, 2), native: ["SpaceToDepth"] }, // prettier-ignore
  {
    name: "transposedUpsampling",
    shape: [2, 3, 4, 2],
    run: (x) => transposedUpsampling(x as tf.Tensor4D, tf.linspace(-1, 1, 50).reshape([5, 5, 2]), 3),
    native: [],
  },
  { name: "maxPoolWithSwitches", shape: [2, 5, 4, 3], run: (x) => maxPoolWithSwitches(x as tf.Tensor4D).pooled, native: ["MaxPoolWithArgmax"] }, // prettier-ignore
  {
    name: "maxUnpool",
    shape: [2, 5, 4, 3],
    run: (x) => {
      const { pooled, switches } = maxPoolWithSwitches(x as tf.Tensor4D);
      return maxUnpool(pooled.square(), switches);
    },
    native: ["MaxPoolWithArgmax", "SpaceToDepth"],
  },
  {
    name: "rangeMax",
    shape: [2, 4, 5, 3],
    run: (x) => {
      const rows = { from: tf.tensor2d([[0, 1], [2, 3]]), to: tf.tensor2d([[3, 1], [4, 4]]) }; // prettier-ignore
      const columns = { from: tf.tensor2d([[0], [2]]), to: tf.tensor2d([[5], [4]]) };
      return rangeMax(x as tf.Tensor4D, ints(0, 1), rows, columns);
    },
    native: [],
  },
  {
    name: "stopGradient",
    shape: [2, 5],
    run: (x) => tf.topk(stopGradient(x), 2).values.mul(x.slice([0, 1], [2, 2])),
    native: [],
  },
  {
    name: "softmaxCrossEntropy",
    shape: [3, 4],
    run: (x) => softmaxCrossEntropy(x as tf.Tensor2D, ints(2, 0, 3)),
    native: ["SparseSoftmaxCrossEntropyWithLogits"],
  },
  {
    name: "cropImages",
    shape: [2, 5, 4, 3],
    run: (x) =>
      cropImages(x as tf.Tensor4D, tf.tensor2d([[0, 0, 1, 1.5], [0.5, 0.25, 1, 0.5]]), tf.ones([2, 3]), tf.zeros([2, 3]), {
        canvas: { width: 6, height: 3 }, resize: "fit", fill: 7.5, mean: [0, 0, 0], deviation: [1, 1, 1],
      }), // prettier-ignore
    native: [],
    flat: true,
  },
  {
    name: "batchedNms",
    shape: [2, 6, 2],
    run: (x) => {
      const low = tf.tensor4d(Array.from({ length: 48 }, (_, i) => (i * 7) % 11), [2, 6, 2, 2]); // prettier-ignore
      const boxes = tf.concat4d([low, low.add(6)], 3);
      const found = batchedNms(boxes, x as tf.Tensor3D, { iouThreshold: 0.3, scoreThreshold: 0, count: 5 });
      const rest = [found.scores, found.classes.toFloat()].map((t) => t.expandDims(2));
      return tf.concat([found.boxes, ...rest], 2).mul(found.valid.toFloat().reshape([2, 1, 1]));
    },
    native: ["CombinedNonMaxSuppression"],
    flat: true,
  },
];

/** The op, and its gradient for a slope that differs from place to place. */
function stepOf({ shape, run, flat }: Case): Step {
  return {
    inputs: { x: { shape, dtype: "float32" } },
    run({ x }) {
      if (flat) return { outputs: { y: run(x as tf.Tensor) } };
      const loss = (t: tf.Tensor): tf.Tensor => {
        const y = run(t);
        return y.mul(tf.linspace(-1, 2, y.size).reshape(y.shape)).sum();
      };
      return { outputs: { y: run(x as tf.Tensor), dx: tf.grad(loss)(x as tf.Tensor) } };
    },
  };
}

function opsOf(step: Step, target: Target): string[] {
  const { nodes } = recordStep("step", step, { variables: [], readAs: () => "", target });
  return nodes.map(({ op }) => op);
}

describe.skipIf(!engines.includes("tensorflow"))("an op recorded for others than TensorFlow", () => {
  it.each(cases)("$name has none of TensorFlow's own, and gives the same", async (one) => {
    await tf.setBackend("tensorflow");
    const step = stepOf(one);
    expect(opsOf(step, "native")).toEqual(expect.arrayContaining(one.native));
    const portable = opsOf(step, "portable");
    expect(portable.filter((op) => nativeOnly.has(op) || one.native.includes(op))).toEqual([]);

    const x = tf.tensor(numbers(tf.util.sizeFromShape(one.shape)), one.shape);
    const seen: Record<string, ArrayLike<number>>[] = [];
    for (const target of ["native", "portable"] as const) {
      for (const mode of ["auto", "eager"] as const) {
        const program = await compileProgram({ step }, { variables: [], target, mode });
        const outputs = program.run("step", { x });
        seen.push(Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, value.dataSync()])));
        tf.dispose(outputs);
        program.dispose();
      }
    }
    for (const key of one.flat ? ["y"] : ["y", "dx"]) {
      for (const other of seen.slice(1)) {
        expect(largestDifference(seen[0]?.[key] ?? [], other[key] ?? [])).toBeLessThan(2e-5);
      }
    }
    x.dispose();
  });

  it.each([
    { name: "unpackBytes", shape: [3], run: (x: tf.Tensor) => unpackBytes(x.toInt(), [11]) },
    { name: "segmentMax", shape: [4], run: (x: tf.Tensor) => segmentMax(x, ints(0, 2, 2, 0), 3) },
  ])("$name reads values back, which no graph can", async (one) => {
    await tf.setBackend("tensorflow");
    const step = stepOf({ ...one, native: [], flat: true });
    expect(() => opsOf(step, "portable")).toThrow("values are read back");
    expect(opsOf(step, "native").length).toBeGreaterThan(1);
  });
});
