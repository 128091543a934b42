import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { Random } from "../../../src/base/random.ts";
import {
  bootstrapCoco,
  type CocoMetrics,
  type CocoSummary,
  type Estimate,
  evaluateCoco,
  type EvaluationImage,
  matchCoco,
} from "../../../src/metrics/index.ts";

const KEYS = [
  ...["AP", "AP50", "AP75", "APsmall", "APmedium", "APlarge"],
  ...["AR1", "AR10", "AR100", "ARsmall", "ARmedium", "ARlarge"],
] as (keyof CocoSummary)[];

/** A few objects of two classes and detections of most of them, more or less well placed. */
function randomImage(random: Random): EvaluationImage {
  const image = {
    truth: { boxes: [] as number[], classes: [] as number[] },
    detections: { boxes: [] as number[], scores: [] as number[], classes: [] as number[] },
  };
  for (let i = random.int(5); i > 0; i--) {
    const [x, size, k] = [200 * i, 20 + random.int(140), random.int(2)];
    image.truth.boxes.push(x, 0, x + size, size);
    image.truth.classes.push(k);
    image.detections.boxes.push(x, 0, x + size * random.uniform(0.4, 1), size);
    image.detections.classes.push(random.chance(0.9) ? k : 1 - k);
    image.detections.scores.push(random.uniform());
  }
  return image;
}

function randomImages(count: number, seed: number): EvaluationImage[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => randomImage(random));
}

/** As NumPy's quantile. */
function quantile(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [place, rest] = [Math.floor(q * (values.length - 1)), (q * (values.length - 1)) % 1];
  return (sorted[place] ?? NaN) * (1 - rest) + (sorted[place + 1] ?? 0) * rest;
}

function meanOf(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

test("equal to evaluating again and again the images that were drawn", () => {
  const images = randomImages(12, 1);
  const classes = ["a", "b"];
  const actual = bootstrapCoco(matchCoco(images, classes), { resamples: 60, level: 0.8, random: new Random(5) });

  const random = new Random(5);
  const resampled = Array.from({ length: 60 }, () => {
    const drawn = images.map(() => random.int(images.length)).sort((a, b) => a - b);
    return evaluateCoco(
      drawn.flatMap((i) => images[i] ?? []),
      classes,
    );
  });
  const value = evaluateCoco(images, classes);
  const numbers: { what: string; of: (metrics: CocoMetrics) => number; actual: Estimate | undefined }[] = [
    ...KEYS.map((key) => ({ what: key, of: (metrics: CocoMetrics) => metrics[key], actual: actual[key] })),
    ...(["AP", "AP50"] as const).map((key) => ({
      what: `${key} of b`,
      of: (metrics: CocoMetrics) => metrics.perClass[1]?.[key] ?? NaN,
      actual: actual.perClass[1]?.[key],
    })),
  ];
  for (const { what, of, actual: estimate } of numbers) {
    const values = resampled.map(of).filter((one) => !Number.isNaN(one));
    const mean = meanOf(values);
    const bias = mean - of(value);
    const deviation = Math.sqrt(meanOf(values.map((one) => (one - mean) ** 2)) * (values.length / (values.length - 1)));
    expect(estimate?.value, what).toBe(of(value));
    expect(estimate?.low, what).toBeCloseTo(Math.max(0, quantile(values, 0.1) - bias), 12);
    expect(estimate?.high, what).toBeCloseTo(Math.min(1, quantile(values, 0.9) - bias), 12);
    expect(estimate?.standardError, what).toBeCloseTo(deviation, 12);
  }
  expect(actual).toMatchObject({ images: 12, fewImages: true, resamples: 60, level: 0.8 });
});

test("the same seed gives the same intervals, another seed others, and no seed the same each time", () => {
  const matches = matchCoco(randomImages(20, 2), ["a", "b"]);
  const run = (random?: Random): unknown => bootstrapCoco(matches, { resamples: 20, ...(random && { random }) });
  expect(run(new Random(1))).toEqual(run(new Random(1)));
  expect(run(new Random(1))).not.toEqual(run(new Random(2)));
  expect(run()).toEqual(run());
});

test("the interval is about half as wide with four times the images, and wider for a higher level", () => {
  const width = (count: number, level: number): number => {
    const { AP } = bootstrapCoco(matchCoco(randomImages(count, 3), ["a", "b"]), { resamples: 150, level });
    return AP.high - AP.low;
  };
  expect(width(400, 0.95) / width(100, 0.95)).toBeGreaterThan(0.35);
  expect(width(400, 0.95) / width(100, 0.95)).toBeLessThan(0.7);
  expect(width(100, 0.99)).toBeGreaterThan(width(100, 0.9));
});

describe("classes that not every image has", () => {
  const found = (classIndex: number): EvaluationImage => ({
    truth: { boxes: [0, 0, 10, 10], classes: [classIndex] },
    detections: { boxes: [0, 0, 10, 10], classes: [classIndex], scores: [0.5] },
  });
  const missed: EvaluationImage = {
    truth: { boxes: [0, 0, 10, 10], classes: [0] },
    detections: { boxes: [], classes: [], scores: [] },
  };

  test("a class is left out of the resamples that have no object of it", () => {
    const intervals = bootstrapCoco(matchCoco([found(1), missed, missed], ["common", "rare"]), { resamples: 200 });
    expect(intervals.perClass[1]?.AP.value).toBeCloseTo(1, 12);
    expect(intervals.perClass[1]?.AP.low).toBeCloseTo(1, 12);
    expect(intervals.perClass[1]?.AP.high).toBeCloseTo(1, 12);
    expect(intervals.perClass[0]?.AP).toMatchObject({ value: 0, low: 0, high: 0, standardError: 0 });
    expect(intervals.AP.value).toBeCloseTo(0.5, 12);
    expect(intervals.AP.low).toBeLessThan(0.2); // resamples without the rare class, whose mean is over the common one
  });

  test("its objects, its images and whether these are few are told", () => {
    const crowd = { ...missed, truth: { boxes: [0, 0, 10, 10], classes: [1], crowd: [1] } };
    const two = { ...missed, truth: { boxes: [0, 0, 10, 10, 0, 0, 9, 9], classes: [0, 0] } };
    const images = [two, ...Array.from({ length: 29 }, () => missed), found(1), crowd];
    const { perClass, ...all } = bootstrapCoco(matchCoco(images, ["common", "rare"]), { resamples: 1 });
    expect(perClass).toMatchObject([
      { class: 0, name: "common", truths: 31, images: 30, fewImages: false },
      { class: 1, name: "rare", truths: 1, images: 1, fewImages: true },
    ]);
    expect(all).toMatchObject({ images: 32, fewImages: false });
    const isFew = (count: number): boolean =>
      bootstrapCoco(matchCoco(images.slice(0, count), ["common", "rare"]), { resamples: 1 }).fewImages;
    expect([isFew(29), isFew(30)]).toEqual([true, false]);
  });
});

test("without images or objects there are no numbers, and JSON has null for them", () => {
  const nothing = { value: NaN, low: NaN, high: NaN, standardError: NaN };
  const intervals = bootstrapCoco(matchCoco([], ["a"]), { resamples: 3 });
  expect(intervals).toMatchObject({ AP: nothing, ARlarge: nothing, images: 0, fewImages: true });
  expect(intervals.perClass).toMatchObject([{ AP: nothing, AP50: nothing, truths: 0, images: 0 }]);
  expect(JSON.parse(JSON.stringify(intervals))).toMatchObject({ AP: { value: null, low: null }, resamples: 3 });
});

test("a level that is no share and a number of resamples that is none are refused", () => {
  const matches = matchCoco(randomImages(2, 1), ["a", "b"]);
  expect(() => bootstrapCoco(matches, { level: 95 })).toThrow(
    new AnchorkitError("bootstrap: level must be between 0 and 1, such as 0.95, got 95"),
  );
  expect(() => bootstrapCoco(matches, { resamples: 0 })).toThrow(
    new AnchorkitError("bootstrap: resamples must be a whole number of at least 1, got 0"),
  );
});
