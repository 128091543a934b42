import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { Random } from "../../src/base/random.ts";
import { loadEngine } from "../../src/engine/load.ts";

/** A tensor as the oracle files hold it: feature maps are NHWC. */
export interface OracleTensor {
  shape: number[];
  data: number[];
}

export interface OracleCase {
  name: string;
  input: unknown;
  expected: unknown;
}

/** Cases of a file in test/fixtures/oracles, which torch and torchvision computed; the caller names their fields. */
export function oracleCases(name: string): OracleCase[] {
  const path = new URL(`../fixtures/oracles/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { cases: OracleCase[] }).cases;
}

export function oracleTensor({ data, shape }: OracleTensor): tf.Tensor {
  return tf.tensor(data, shape, "float32");
}

/** Engines that this machine has; the tests run on each. */
export const engines = (await loadEngine()).name === "native" ? ["tensorflow", "cpu"] : ["cpu"];

/** Runs the body in a tidy on the engine, and says how many tensors it left behind besides what it returns as numbers. */
export async function on<T>(engine: string, body: () => T): Promise<T> {
  await tf.setBackend(engine);
  const before = tf.memory().numTensors;
  const results: T[] = [];
  tf.tidy(() => {
    results.push(body());
  });
  const left = tf.memory().numTensors - before;
  if (left !== 0) throw new Error(`${left} tensors were left behind`);
  return results[0] as T;
}

export type Box = [x1: number, y1: number, x2: number, y2: number];

/** Boxes of whole and half pixels, so that their overlaps are the same in float32 and in JavaScript's numbers. */
export function randomBoxes(random: Random, count: number, extent = 60, longest = 30): Box[] {
  const half = (high: number): number => Math.round(random.uniform(0, high) * 2) / 2;
  return Array.from({ length: count }, () => {
    const [x, y] = [half(extent), half(extent)];
    return [x, y, x + 1 + half(longest), y + 1 + half(longest)];
  });
}

/** The textbook's IoU of one pair; with `share`, the intersection's share of b instead. */
export function naiveIou(a: Box, b: Box, share = false): number {
  const width = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const height = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const areaOf = (box: Box): number => (box[2] - box[0]) * (box[3] - box[1]);
  const union = areaOf(a) + areaOf(b) - width * height;
  return (width * height) / (share ? areaOf(b) : union || 1);
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} numbers against ${b.length}`);
  return Array.from(a).reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? NaN))), 0);
}
