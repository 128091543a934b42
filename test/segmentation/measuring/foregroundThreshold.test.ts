import fc from "fast-check";
import { expect, test } from "vitest";
import { IGNORED } from "../../../src/geometry/masks/labelMap.ts";
import {
  addForeground,
  bestForegroundThreshold,
  foregroundHistogram,
} from "../../../src/segmentation/measuring/foregroundThreshold.ts";

function bestOf(pixels: readonly (readonly [label: number, probability: number])[]): number {
  const histogram = foregroundHistogram();
  const data = Uint8Array.from(pixels, ([label]) => label);
  addForeground(
    histogram,
    pixels.map(([, probability]) => probability),
    { width: pixels.length, height: 1, data },
  );
  return bestForegroundThreshold(histogram);
}

test("lies in the middle between what is foreground and what is not", () => {
  const threshold = bestOf([
    [1, 1],
    [1, 0.75],
    [0, 0.25],
    [0, 0],
  ]);
  expect(threshold).toBeCloseTo(0.5, 2);
});

test("is low where the network is shy", () => {
  const threshold = bestOf([
    [1, 0.4],
    [1, 0.3],
    [0, 0.1],
  ]);
  expect(threshold).toBeGreaterThan(0.1);
  expect(threshold).toBeLessThanOrEqual(0.3);
});

test("pixels that do not count are passed by, and without foreground it is a half", () => {
  expect(
    bestOf([
      [IGNORED, 0.9],
      [0, 0.2],
    ]),
  ).toBe(0.5);
});

test("no other threshold is better, and a half is among them", () => {
  const pixel = fc.tuple(fc.constantFrom(0, 1, 2), fc.float({ min: 0, max: 1, noNaN: true }));
  const iouAt = (pixels: readonly (readonly [number, number])[], threshold: number): number => {
    const hits = pixels.filter(([label, p]) => label > 0 && p >= threshold).length;
    const either = pixels.filter(([label, p]) => label > 0 || p >= threshold).length;
    return hits / either;
  };
  fc.assert(
    fc.property(fc.array(pixel, { minLength: 1, maxLength: 40 }), (pixels) => {
      fc.pre(pixels.some(([label]) => label > 0));
      const best = iouAt(pixels, bestOf(pixels));
      for (let i = 1; i < 256; i++) expect(iouAt(pixels, i / 256)).toBeLessThanOrEqual(best);
      expect(iouAt(pixels, 0.5)).toBeLessThanOrEqual(best);
    }),
  );
});
