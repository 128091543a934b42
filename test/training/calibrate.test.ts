import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { BatchNorm, batchNormsOf } from "../../src/core/layers/batchNorm.ts";
import { variableOf } from "../../src/core/namedWeights.ts";
import { compileProgram } from "../../src/engine/graph/program.ts";
import { calibrate } from "../../src/training/calibrate.ts";
import { calibrationStep } from "../../src/training/steps.ts";
import { engines, largestDifference } from "../detection/support.ts";

const [BATCH, HEIGHT, WIDTH] = [2, 3, 4];

/** The images of batch `index`, 0..255: each batch and channel of another mean and spread. */
function pixelsOf(index: number): Uint8Array {
  const value = (i: number): number => (37 * i + 11 * ((i * i) % 7)) % (20 + 25 * index * (1 + (i % 3)));
  return Uint8Array.from({ length: BATCH * HEIGHT * WIDTH * 3 }, (_, i) => value(i) + 10 * (i % 3));
}

/**
 * Calibrates a network that is nothing but two normalisations, on batches `first` up to `first + batches`, from
 * statistics that are far off, and gives what they are then. All that this test knows of the calibration's own parts.
 */
async function calibrated(first: number, batches: number): Promise<number[][]> {
  const input = tf.input({ shape: [HEIGHT, WIDTH, 3] });
  const inner = new BatchNorm({ name: "inner", epsilon: 0.5, momentum: 0.9 });
  const normalized = new BatchNorm({ name: "first", epsilon: 0.5 }).apply(input) as tf.SymbolicTensor;
  const rpn = tf.model({ inputs: input, outputs: [normalized, inner.apply(normalized) as tf.SymbolicTensor] });
  const norms = batchNormsOf(rpn);
  for (const norm of norms) norm.setWeights([5, 6, 7, 8].map((value) => tf.fill([3], value)));
  const shape = [BATCH, HEIGHT, WIDTH, 3] as const;
  const step = calibrationStep(
    {
      forward: ({ images }) => (rpn.apply(images as tf.Tensor, { training: true }) as tf.Tensor[])[1],
      losses: () => ({}),
    },
    { images: { shape: [...shape], dtype: "float32" } },
  );
  const variables = rpn.weights.map(variableOf);
  const program = await compileProgram({ calibrate: step }, { variables });
  await calibrate(program, norms, batches, (i) => {
    const images = tf.tensor4d(Float32Array.from(pixelsOf(first + i)), [...shape]);
    const seed = tf.scalar(0, "int32");
    tf.dispose([images, seed, program.run("calibrate", { images, seed })]);
    return Promise.resolve();
  });
  program.pull(); // the values that the steps run with
  program.dispose();
  const [firstNorm, innerNorm] = norms as [BatchNorm, BatchNorm];
  expect([firstNorm.momentum, innerNorm.momentum]).toEqual([0.99, 0.9]);
  return [firstNorm, innerNorm].flatMap((norm) => norm.getWeights()).map((weight) => [...weight.dataSync()]);
}

/** Mean and biased variance of each channel in a batch, in plain numbers. */
function statisticsOf(index: number): { mean: number[]; variance: number[] } {
  const pixels = [...pixelsOf(index)];
  const channels = [0, 1, 2].map((c) => pixels.filter((_, i) => i % 3 === c));
  const meanOf = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const mean = channels.map(meanOf);
  return { mean, variance: channels.map((values, c) => meanOf(values.map((x) => (x - (mean[c] ?? NaN)) ** 2))) };
}

const meanOver = (rows: number[][]): number[] =>
  [0, 1, 2].map((c) => rows.reduce((sum, row) => sum + (row[c] ?? NaN), 0) / rows.length);

describe.each(engines)("calibrating normalisation on %s", (engine) => {
  it.each([
    [0, 1],
    [2, 3],
    [1, 5],
  ])("from batch %d, over %d: the plain mean of each batch's mean and biased variance", async (first, count) => {
    await tf.setBackend(engine);
    const [gamma, beta, mean, variance] = await calibrated(first, count);
    const batches = Array.from({ length: count }, (_, i) => statisticsOf(first + i));
    expect(largestDifference(mean ?? [], meanOver(batches.map((one) => one.mean)))).toBeLessThan(1e-3);
    const variances = meanOver(batches.map((one) => one.variance));
    variances.forEach((expected, c) => {
      expect((variance?.[c] ?? NaN) / expected).toBeCloseTo(1, 5);
    });
    expect([gamma, beta]).toEqual([[5, 5, 5], [6, 6, 6]]); // prettier-ignore
  });

  it("normalises with the batch itself, so that deeper statistics are of what the layers before it then give", async () => {
    await tf.setBackend(engine);
    const [, , , , , , mean, variance] = await calibrated(0, 4);
    // The first one gives gamma (x - mean) / sqrt(variance + 0.5) + beta, of mean 6 and a variance below 25.
    expect(largestDifference(mean ?? [], [6, 6, 6])).toBeLessThan(1e-3);
    const shares = [0, 1, 2, 3].map((i) => statisticsOf(i).variance.map((value) => (25 * value) / (value + 0.5)));
    expect(largestDifference(variance ?? [], meanOver(shares))).toBeLessThan(1e-3);
  });
});
