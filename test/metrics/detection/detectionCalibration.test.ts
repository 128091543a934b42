import fc from "fast-check";
import { expect, test } from "vitest";
import { matchDetections } from "../../../src/metrics/detection/coco/matching.ts";
import {
  type DetectionCalibration,
  detectionCalibration,
  type DetectionCalibrationOptions,
  type EvaluationImage,
} from "../../../src/metrics/index.ts";
import { expectNear } from "./near.ts";
import { type Detected, overlapOf, randomImages, readScene, scene } from "./scenes.ts";

const [here, there] = [0, 50].map((x) => [x, 0, x + 10, 10]) as [number[], number[]];
const size = { width: 100, height: 100 };

function calibrationOf(images: EvaluationImage[], options?: DetectionCalibrationOptions): DetectionCalibration {
  return detectionCalibration(matchDetections(images, ["a", "b"]), images, options);
}

function repeat(count: number, detected: Detected): Detected[] {
  return new Array<Detected>(count).fill(detected);
}

test("scores are binned and compared with the share that found an object", () => {
  const image = scene(
    [{ box: here }, { box: there }, { box: [0, 50, 10, 60], ignore: true }],
    [
      { box: here, score: 0.95 },
      { box: here, score: 0.91 }, // a duplicate is no hit
      { box: there, score: 0.35 },
      { box: [0, 50, 10, 60], score: 0.2 }, // ignored
    ],
    size,
  );
  const { pooled, perClass, iouThreshold } = calibrationOf([image]);
  expect(iouThreshold).toBe(0.5);
  expect(pooled.detections).toBe(3);
  expect(pooled.bins).toHaveLength(10);
  expectNear(pooled.bins[9], { from: 0.9, to: 1, count: 2, meanScore: 0.93, accuracy: 0.5 });
  expectNear(pooled.bins[3], { from: 0.3, to: 0.4, count: 1, meanScore: 0.35, accuracy: 1 });
  expectNear(pooled.ECE, (2 * 0.43 + 0.65) / 3);
  expectNear(perClass, [
    { class: 0, name: "a", ...pooled },
    {
      class: 1,
      name: "b",
      detections: 0,
      bins: pooled.bins.map(({ from, to }) => ({ from, to, count: 0, meanScore: NaN, accuracy: NaN })),
      ECE: NaN,
      DECE: NaN,
    },
  ]);
});

test("errors that cancel over the image do not cancel in D-ECE, which looks at places and sizes", () => {
  // Eight detections on the left are right, eight on the right are wrong; all with score 0.5.
  const left = Array.from({ length: 8 }, (_, i) => [0, 10 * i, 10, 10 * i + 10]);
  const images = left.map((box) =>
    scene(
      [{ box: here }],
      [
        { box: here, score: 0.5 },
        { box: [90, box[1] ?? 0, 100, box[3] ?? 0], score: 0.5 },
      ],
      size,
    ),
  );
  expectNear(calibrationOf(images).pooled.ECE, 0);
  // The wrong ones lie at four heights, two in each bin: too few for D-ECE, which counts them as 0.
  expectNear(calibrationOf(images).pooled.DECE, (8 * 0.5) / 16);
  expectNear(calibrationOf(images, { minimumSamples: 2 }).pooled.DECE, 0.5);
  expectNear(calibrationOf(images, { minimumSamples: 2, boxBins: 1 }).pooled.DECE, 0);
});

test("a bin of D-ECE needs eight detections", () => {
  const image = (count: number): EvaluationImage => scene([], repeat(count, { box: here, score: 0.9 }), size);
  expectNear(calibrationOf([image(8)]).pooled.DECE, 0.9);
  expectNear(calibrationOf([image(7)]).pooled.DECE, 0);
});

test("boxes are binned relative to their own image", () => {
  const wide = scene([], repeat(4, { box: [0, 0, 10, 10], score: 0.9 }), { width: 20, height: 10 });
  const alike = scene([], repeat(4, { box: [0, 0, 50, 100], score: 0.9 }), { width: 100, height: 100 });
  expectNear(calibrationOf([wide, alike]).pooled.DECE, 0.9);
  const other = scene([], repeat(4, { box: [0, 0, 10, 10], score: 0.9 }), { width: 100, height: 100 });
  expectNear(calibrationOf([wide, other]).pooled.DECE, 0);
});

test.each([
  ["score", { box: here, score: 0.3 }],
  ["centre x", { box: [60, 0, 70, 10], score: 0.9 }],
  ["centre y", { box: [0, 60, 10, 70], score: 0.9 }],
  ["width", { box: [0, 0, 38, 10], score: 0.9 }],
  ["height", { box: [0, 0, 10, 38], score: 0.9 }],
])("D-ECE parts detections by %s", (_, other) => {
  const image = scene([], [...repeat(4, { box: here, score: 0.9 }), ...repeat(4, other)], size);
  expectNear(calibrationOf([image]).pooled.DECE, 0);
  expect(calibrationOf([image], { minimumSamples: 4 }).pooled.DECE).toBeGreaterThan(0.5);
});

test("boxes outside the image are in its outermost bins", () => {
  const detections = [
    ...repeat(4, { box: [90, 90, 100, 100], score: 1 }),
    ...repeat(4, { box: [110, 110, 120, 120], score: 1 }),
  ];
  expectNear(calibrationOf([scene([], detections, size)]).pooled.DECE, 1);
  const before = [...repeat(4, { box: here, score: 1 }), ...repeat(4, { box: [-20, -20, -10, -10], score: 1 })];
  expectNear(calibrationOf([scene([], before, size)]).pooled.DECE, 1);
});

test("without the size of an image with detections there is an ECE but no D-ECE", () => {
  const sized = scene([{ box: here }], repeat(8, { box: here, score: 1 }), size);
  const unsized = scene([{ box: here }], [{ box: here, score: 1 }]);
  expect(calibrationOf([sized, scene([{ box: here }], [])]).pooled.DECE).toBeCloseTo(7 / 8, 12);
  expect(calibrationOf([sized, unsized]).pooled).toMatchObject({ DECE: NaN, ECE: expect.closeTo(7 / 9, 12) as number });
});

test.each([17.5, -0.1])("a score of %d is an error that names image and detection", (score) => {
  const image = scene(
    [],
    [
      { box: here, score: 0.5 },
      { box: here, class: 1, score },
    ],
  );
  expect(() => calibrationOf([scene([], []), image])).toThrow(
    `image 1: detection 1: calibration needs scores in 0..1, got ${score}`,
  );
});

test("other images than those that were matched are an error", () => {
  const image = scene([], []);
  const matches = matchDetections([image, image], ["a"]);
  expect(() => detectionCalibration(matches, [image])).toThrow(
    "detectionCalibration: 2 images were matched but 1 are given; give the same",
  );
});

test("equal to the definitions, bin by bin, in random images", () => {
  // Without anything to ignore; hits by the greedy rule, class by class.
  const hitsOf = (image: EvaluationImage): { score: number; hit: boolean; box: number[] }[] => {
    const { truths, detections } = readScene(image);
    let free = truths.map(({ box, class: k }) => ({ box, class: k }));
    return detections
      .sort((a, b) => b.score - a.score)
      .map((found) => {
        const near = free.filter((one) => one.class === found.class && overlapOf(found.box, one.box) >= 0.5);
        const highest = Math.max(...near.map((one) => overlapOf(found.box, one.box)));
        const chosen = near.findLast((one) => overlapOf(found.box, one.box) === highest);
        free = free.filter((one) => one !== chosen);
        return { score: found.score, hit: chosen !== undefined, box: found.box };
      });
  };
  fc.assert(
    fc.property(randomImages, fc.constantFrom(2, 5), (images, boxBins) => {
      const plain = images.map((image) => {
        const { truths, detections } = readScene(image);
        return scene(
          truths.map(({ box, class: k }) => ({ box, class: k })),
          detections,
          image.size,
        );
      });
      const all = plain.flatMap(hitsOf);
      const cells = new Map<string, typeof all>();
      for (const one of all) {
        const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = one.box;
        const shares = [one.score, (x1 + x2) / 2 / 70, (y1 + y2) / 2 / 45, (x2 - x1) / 70, (y2 - y1) / 45];
        const cell = shares.map((share) => Math.min(Math.floor(share * boxBins), boxBins - 1)).join();
        cells.set(cell, [...(cells.get(cell) ?? []), one]);
      }
      const gapOf = (some: typeof all): number =>
        Math.abs(some.reduce((sum, { hit, score }) => sum + Number(hit) - score, 0) / some.length);
      const DECE = [...cells.values()]
        .filter((some) => some.length >= 3)
        .reduce((sum, some) => sum + (some.length / all.length) * gapOf(some), 0);
      const { pooled } = detectionCalibration(matchDetections(plain, ["a", "b", "c"]), plain, {
        boxBins,
        minimumSamples: 3,
      });
      expect(pooled.detections).toBe(all.length);
      expectNear(pooled.DECE, all.length === 0 ? NaN : DECE);
    }),
    { seed: 8, numRuns: 100 },
  );
});
