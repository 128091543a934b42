import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { sampleAnchors, sampleRois } from "../../../src/detection/boxes/sampling.ts";
import { engines, on } from "../support.ts";

const random = new Random("sampling");
const N = 60;

/** Images with 0, few, many and only positives, and with too few negatives. */
const matched = [
  [0, 60, 0],
  [5, 45, 10],
  [40, 20, 0],
  [60, 0, 0],
  [3, 4, 53],
].map(([positives = 0, negatives = 0, ignored = 0]) =>
  random.shuffle([
    ...Array.from({ length: positives }, () => random.int(4)),
    ...Array<number>(negatives).fill(-1),
    ...Array<number>(ignored).fill(-2),
  ]),
);
const noise = matched.map((row) => row.map(() => random.uniform()));
noise[2]?.fill(0.5); // ties must not draw too many

/** The wanted rows with the highest lots, ties to the lower row. */
function naiveDraw(image: number, wanted: (match: number) => boolean, count: number): number[] {
  const lots = noise[image] ?? [];
  return Array.from({ length: N }, (_, i) => i)
    .filter((i) => wanted(matched[image]?.[i] ?? -2))
    .toSorted((a, b) => (lots[b] ?? 0) - (lots[a] ?? 0) || a - b)
    .slice(0, count);
}

const mask = (rows: number[]): number[] => Array.from({ length: N }, (_, i) => (rows.includes(i) ? 1 : 0));

describe.each(engines)("sampling on %s", (engine) => {
  it("draws anchors as a loop over each image does", async () => {
    const options = { count: 16, positiveFraction: 0.5 };
    const sample = await on(engine, () => {
      const { positive, negative } = sampleAnchors(
        tf.tensor2d(matched, undefined, "int32"),
        tf.tensor2d(noise),
        options,
      );
      return { positive: positive.arraySync(), negative: negative.arraySync() };
    });
    matched.forEach((_, image) => {
      const positives = naiveDraw(image, (match) => match >= 0, 8);
      expect(sample.positive[image]).toEqual(mask(positives));
      expect(sample.negative[image]).toEqual(mask(naiveDraw(image, (match) => match === -1, 16 - positives.length)));
    });
    const counts = sample.positive.map((row, i) =>
      [row, sample.negative[i] ?? []].map((m) => m.filter(Boolean).length),
    );
    expect(counts).toEqual([
      [0, 16],
      [5, 11],
      [8, 8],
      [8, 0],
      [3, 4],
    ]);
  });

  it("draws RoIs into static slots, positives first, what is missing marked", async () => {
    const sample = await on(engine, () => {
      const { indices, positive, valid } = sampleRois(tf.tensor2d(matched, undefined, "int32"), tf.tensor2d(noise), {
        count: 12,
        positiveFraction: 0.25,
      });
      expect([indices.dtype, indices.shape]).toEqual(["int32", [5, 12]]);
      return { indices: indices.arraySync(), positive: positive.arraySync(), valid: valid.arraySync() };
    });
    matched.forEach((_, image) => {
      const positives = naiveDraw(image, (match) => match >= 0, 3);
      const negatives = naiveDraw(image, (match) => match === -1, 12 - positives.length);
      const drawn = [...positives, ...negatives];
      expect(sample.indices[image]?.slice(0, drawn.length)).toEqual(drawn);
      expect(sample.positive[image]).toEqual(Array.from({ length: 12 }, (__, i) => (i < positives.length ? 1 : 0)));
      expect(sample.valid[image]).toEqual(Array.from({ length: 12 }, (__, i) => (i < drawn.length ? 1 : 0)));
      expect(sample.indices[image]?.every((i) => i >= 0 && i < N)).toBe(true);
    });
  });

  it("has empty slots where there are fewer RoIs than are asked for", async () => {
    const valid = await on(engine, () => {
      const few = tf.tensor2d([[0, -1, -2]], undefined, "int32");
      return sampleRois(few, tf.tensor2d([[0.5, 0.2, 0.9]]), { count: 8, positiveFraction: 0.5 }).valid.dataSync();
    });
    expect(Array.from(valid)).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
  });
});
