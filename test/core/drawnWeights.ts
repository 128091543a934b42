import * as tf from "@tensorflow/tfjs";
import type { Backbone, BackboneName } from "../../src/core/backbones/index.ts";
import type { WeightValue } from "../../src/core/namedWeights.ts";

// What fixtures/make_backbones_seeded.py draws, drawn here again, and its results compared.

/** Features of a network for a drawn image of this size. */
export interface DrawnCase {
  backbone: BackboneName;
  height: number;
  width: number;
  /** On the number of channels. */
  factor: number;
  /** The first pixel as the network's own preprocessing gives it. */
  corner: number[];
  expected: DrawnMap[];
}

export interface DrawnMap {
  layer: string;
  shape: number[];
  mean: number;
  std: number;
  step: number;
  values: number[];
}

/** Values 0 to 1 by a name: 9,973 of them, over and over. */
function draw(name: string, count: number): Float64Array {
  const seed = Array.from(name, (letter, i) => (i + 1) * letter.charCodeAt(0)).reduce((a, b) => a + b) % 1000;
  const drawn = new Float64Array(count);
  for (let k = 0; k < Math.min(count, 9973); k++) {
    const x = Math.sin(12.9898 * k + seed) * 43758.5453;
    drawn[k] = x - Math.floor(x);
  }
  for (let k = 9973; k < count; k++) drawn[k] = drawn[k - 9973] ?? NaN;
  return drawn;
}

/** A weight of its name; of normalisation's factors and variances 0.5 to 1.5, of others around 0 as far as told. */
export function drawnWeight(name: string, shape: readonly number[], scale: number | "positive"): WeightValue {
  const values = draw(name, sizeOf(shape));
  for (const [k, u] of values.entries()) values[k] = scale === "positive" ? 0.5 + u : (2 * u - 1) * scale;
  return { shape, values: new Float32Array(values) };
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Outputs for the drawn image, preprocessed as the backbone wants it; and its first pixel. */
export function runDrawn(
  { model, preprocessing }: Backbone,
  { height, width }: DrawnCase,
  outputs: tf.SymbolicTensor[],
): { maps: tf.Tensor4D[]; corner: number[] } {
  const { mean, deviation } = preprocessing ?? { mean: 0, deviation: 1 };
  const pixels = tf.tidy(() => {
    const values = Float32Array.from(draw("image", height * width * 3), (u) => u * 255);
    return tf.tensor4d(values, [1, height, width, 3]).sub(tf.tensor(mean)).div(tf.tensor(deviation));
  });
  const maps = tf.model({ inputs: model.inputs, outputs }).predict(pixels);
  return { maps: (Array.isArray(maps) ? maps : [maps]) as tf.Tensor4D[], corner: [...pixels.dataSync().slice(0, 3)] };
}

/** The largest difference of what the fixture keeps of a map, over the deviation of the map's values. */
export function differenceOf(map: tf.Tensor, { mean, std, step, values }: DrawnMap): number {
  const own = map.dataSync<"float32">();
  const { mean: average, variance } = tf.moments(map);
  const pairs = [
    [average.dataSync()[0], mean],
    [Math.sqrt(variance.dataSync()[0] ?? NaN), std],
    ...values.map((value, i) => [own[i * step], value]),
  ];
  return Math.max(...pairs.map(([a = NaN, b = NaN]) => Math.abs(a - b))) / std;
}
