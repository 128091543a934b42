import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { Random } from "../../../src/base/random.ts";
import {
  bootstrapCoco,
  type CocoComparison,
  compareCoco,
  type DetectionMatches,
  matchCoco,
} from "../../../src/metrics/index.ts";

/** A model that found the objects of these images, one in each, and missed the others'. */
function model(found: boolean[], classes = ["a"]): DetectionMatches {
  const images = found.map((finds) => ({
    truth: { boxes: [0, 0, 10, 10], classes: [0] },
    detections: finds ? { boxes: [0, 0, 10, 10], classes: [0], scores: [0.5] } : { boxes: [], classes: [], scores: [] },
  }));
  return matchCoco(images, classes);
}

/** Finds in the first images. */
function first(count: number, of = 40): DetectionMatches {
  return model(Array.from({ length: of }, (_, i) => i < count));
}

const few = { resamples: 200 };
const compare = (a: DetectionMatches, b: DetectionMatches): CocoComparison => compareCoco(a, b, few);

test("a model that finds much more is better in each number there is, with the smallest p-value", () => {
  const comparison = compareCoco(first(35), first(5), { resamples: 99 });
  for (const difference of [comparison.AP, comparison.AR100, comparison.perClass[0]?.AP50]) {
    expect(difference).toMatchObject({ verdict: "A better", aBetter: 1, pValue: 2 / 100 });
  }
  expect(comparison.AR1).toMatchObject({ a: 35 / 40, b: 5 / 40, value: 30 / 40 });
  expect(comparison.AR1.low).toBeGreaterThan(0.5);
  expect(comparison.AR1.high).toBeLessThan(0.95);
  expect(comparison).toMatchObject({ images: 40, fewImages: false, resamples: 99, level: 0.95 });
  expect(comparison.APlarge).toMatchObject({ value: NaN, aBetter: NaN, pValue: NaN, verdict: "no difference shown" });
});

test("seen from B everything is the other way round", () => {
  const [ab, ba] = [compare(first(30), first(20)).AR1, compare(first(20), first(30)).AR1];
  expect([ab.verdict, ba.verdict]).toEqual(["A better", "B better"]);
  expect(ba.value).toBe(-ab.value);
  expect(ba.low).toBeCloseTo(-ab.high, 12);
  expect(ba.high).toBeCloseTo(-ab.low, 12);
  expect(ba.aBetter).toBeCloseTo(1 - ab.aBetter, 12);
  expect(ba.pValue).toBe(ab.pValue);
});

test("a model does not differ from itself", () => {
  const { AP } = compareCoco(first(20), first(20), { resamples: 50 });
  expect(AP).toMatchObject({ value: 0, low: 0, high: 0, standardError: 0 });
  expect(AP).toMatchObject({ aBetter: 0.5, pValue: 1, verdict: "no difference shown" });
});

test("one image more does not show that a model is better", () => {
  const { AR1 } = compare(first(21), first(20));
  expect(AR1).toMatchObject({ low: 0, verdict: "no difference shown" });
  expect(AR1.aBetter).toBeCloseTo(1 - (1 - 1 / 40) ** 40 / 2, 1); // equal in resamples that lack the image
  expect(AR1.pValue).toBeGreaterThan(0.5);
});

test("both models get the same resamples, so what they have in common does not widen the interval", () => {
  const random = new Random(9);
  const hard = Array.from({ length: 100 }, () => random.chance(0.5));
  const [a, b] = [model(hard.map((finds, i) => finds || i < 10)), model(hard)];
  const { AR1 } = compare(a, b);
  const apart = Math.hypot(bootstrapCoco(a, few).AR1.standardError, bootstrapCoco(b, few).AR1.standardError);
  expect(AR1.standardError).toBeLessThan(apart / 2);
});

test("differences and their interval are those of the two bootstraps, resample for resample", () => {
  const [a, b] = [first(12, 20), first(9, 20)];
  const { AR1 } = compareCoco(a, b, { resamples: 40, level: 0.5, random: new Random(3) });
  const random = new Random(3);
  const differences = Array.from({ length: 40 }, () => {
    const drawn = Array.from({ length: 20 }, () => random.int(20));
    return drawn.filter((i) => i >= 9 && i < 12).length / 20;
  }).sort((x, y) => x - y);
  const at = (place: number): number =>
    (differences[Math.floor(place)] ?? NaN) * (1 - (place % 1)) + (differences[Math.ceil(place)] ?? NaN) * (place % 1);
  expect(AR1.low).toBeCloseTo(at(0.25 * 39), 12);
  expect(AR1.high).toBeCloseTo(at(0.75 * 39), 12);
  const none = differences.filter((one) => one === 0).length;
  expect(AR1.aBetter).toBeCloseTo((40 - none + none / 2) / 40, 12);
  expect(AR1.pValue).toBeCloseTo(Math.min(1, (2 * (none + 1)) / 41), 12);
});

describe("predictions that are not for the same images are refused:", () => {
  const start = "compareCoco: A and B must be predictions for the same images, got ";
  const refused = (a: DetectionMatches, b: DetectionMatches, what: string): void => {
    expect(() => compareCoco(a, b)).toThrow(new AnchorkitError(start + what));
  };

  test("other numbers of images", () => {
    refused(first(1, 3), first(1, 4), "image counts 3 and 4");
  });

  test("other classes", () => {
    refused(model([true], ["a", "b"]), model([true], ["a"]), "classes a, b and a");
  });

  test("other objects", () => {
    const empty = { truth: { boxes: [], classes: [] }, detections: { boxes: [], classes: [], scores: [] } };
    refused(matchCoco([empty], ["a"]), model([true]), "objects of class a 0 and 1");
  });

  test("other IoU thresholds", () => {
    refused(
      matchCoco([], [], { iouThresholds: [0.5] }),
      matchCoco([], [], { iouThresholds: [0.3] }),
      "IoU thresholds 0.5 and 0.3",
    );
  });
});
