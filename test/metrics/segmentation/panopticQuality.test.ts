import fc from "fast-check";
import { expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import type { PanopticImage, PanopticMap } from "../../../src/metrics/segmentation/panopticOverlaps.ts";
import {
  evaluatePanopticQuality,
  type PanopticClass,
  type PanopticClassMetrics,
  PanopticQuality,
} from "../../../src/metrics/segmentation/panopticQuality.ts";
import { expectClose, labelMap, naiveMean, pixels } from "./support.ts";

const CAT = 0;
const DOG = 1;
const SKY = 2;
const CLASSES: PanopticClass[] = [
  { name: "cat", isThing: true },
  { name: "dog", isThing: true },
  { name: "sky", isThing: false },
];

function counts({ truePositives, falsePositives, falseNegatives }: PanopticClassMetrics): number[] {
  return [truePositives, falsePositives, falseNegatives];
}

/** The cats of one image: [true positives, false positives, false negatives]. */
function cats(truth: PanopticImage["truth"], prediction: PanopticMap): number[] {
  const [metrics] = evaluatePanopticQuality([{ truth, prediction }], CLASSES).perClass;
  return metrics === undefined ? [] : counts(metrics);
}

test("one match, one missed and one imagined segment, and a perfect sky, worked out by hand", () => {
  const truth = {
    ids: pixels("1111", "2222", "3333"),
    segments: [
      { id: 1, class: CAT },
      { id: 2, class: CAT },
      { id: 3, class: SKY },
    ],
  };
  const prediction = {
    ids: pixels("7778", "8855", "3333"),
    segments: [
      { id: 7, class: CAT }, // 3 of the first cat's 4 pixels
      { id: 8, class: CAT }, // 2 of the second's 4, and one more: IoU 2/5
      { id: 5, class: DOG },
      { id: 3, class: SKY },
    ],
  };
  expectClose(evaluatePanopticQuality([{ truth, prediction }], CLASSES), {
    all: { pq: (0.375 + 0 + 1) / 3, sq: (0.75 + 0 + 1) / 3, rq: (0.5 + 0 + 1) / 3, classes: 3 },
    things: { pq: 0.375 / 2, sq: 0.75 / 2, rq: 0.5 / 2, classes: 2 },
    stuff: { pq: 1, sq: 1, rq: 1, classes: 1 },
    perClass: [
      {
        ...{ class: CAT, name: "cat", isThing: true, pq: 0.375, sq: 0.75, rq: 0.5 },
        ...{ truePositives: 1, falsePositives: 1, falseNegatives: 1 },
      },
      {
        ...{ class: DOG, name: "dog", isThing: true, pq: 0, sq: 0, rq: 0 },
        ...{ truePositives: 0, falsePositives: 1, falseNegatives: 0 },
      },
      {
        ...{ class: SKY, name: "sky", isThing: false, pq: 1, sq: 1, rq: 1 },
        ...{ truePositives: 1, falsePositives: 0, falseNegatives: 0 },
      },
    ],
  });
});

test("an IoU of exactly one half is no match", () => {
  const cat = [{ id: 1, class: CAT }];
  const filled = { ids: [1, 1, 2, 2], segments: [...cat, { id: 2, class: SKY }] };
  expect(cats(filled, { ids: [1, 0, 0, 0], segments: cat })).toEqual([0, 1, 1]);
  expect(cats(filled, { ids: [1, 1, 1, 0], segments: cat })).toEqual([1, 0, 0]);
  expect(cats(filled, { ids: [1, 1, 1, 1], segments: cat })).toEqual([0, 1, 1]);
});

test("void pixels of the truth are no part of the union", () => {
  const cat = [{ id: 1, class: CAT }];
  const image = { truth: { ids: [1, 0, 0, 0], segments: cat }, prediction: { ids: [1, 1, 1, 1], segments: cat } };
  expect(evaluatePanopticQuality([image], CLASSES).perClass[CAT]).toMatchObject({ pq: 1, truePositives: 1 });
});

test("void pixels of the prediction are plain misses", () => {
  const cat = [{ id: 1, class: CAT }];
  const image = { truth: { ids: [1, 1, 1, 1], segments: cat }, prediction: { ids: [1, 1, 1, 0], segments: cat } };
  expect(evaluatePanopticQuality([image], CLASSES).perClass[CAT]).toMatchObject({ pq: 3 / 4, sq: 3 / 4, rq: 1 });
});

test("what matches nothing is no false positive if more than half of it is void", () => {
  const sky = [{ id: 9, class: SKY }];
  const cat = [{ id: 1, class: CAT }];
  expect(cats({ ids: [0, 0, 0, 9], segments: sky }, { ids: [1, 1, 1, 1], segments: cat })).toEqual([0, 0, 0]);
  expect(cats({ ids: [0, 0, 9, 9], segments: sky }, { ids: [1, 1, 1, 1], segments: cat })).toEqual([0, 1, 0]);
});

test("a crowd is neither found nor missed, and excuses predictions of its class together with void", () => {
  const prediction = { ids: [1, 1, 1, 1, 1], segments: [{ id: 1, class: CAT }] };
  const truth = (crowdClass: number) => ({
    ids: [0, 5, 5, 9, 9],
    segments: [
      { id: 5, class: crowdClass, crowd: true },
      { id: 9, class: SKY },
    ],
  });
  expect(cats(truth(CAT), prediction)).toEqual([0, 0, 0]);
  expect(cats(truth(DOG), prediction)).toEqual([0, 1, 0]);
  const whole = { ids: [5, 5], segments: [{ id: 5, class: CAT, crowd: true }] };
  expect(cats(whole, { ids: [1, 1], segments: [{ id: 1, class: CAT }] })).toEqual([0, 0, 0]);
});

test("segments of different classes never match", () => {
  const image = {
    truth: { ids: [1, 1], segments: [{ id: 1, class: CAT }] },
    prediction: { ids: [1, 1], segments: [{ id: 1, class: DOG }] },
  };
  expect(evaluatePanopticQuality([image], CLASSES).perClass.map(counts)).toEqual([
    [0, 0, 1],
    [0, 1, 0],
    [0, 0, 0],
  ]);
});

test("classes without segments have no numbers and do not lower the means; nothing at all is NaN", () => {
  const cat = { ids: [1], segments: [{ id: 1, class: CAT }] };
  const { all, stuff, perClass } = evaluatePanopticQuality([{ truth: cat, prediction: cat }], CLASSES);
  expect(all).toEqual({ pq: 1, sq: 1, rq: 1, classes: 1 });
  expect(stuff).toEqual({ pq: NaN, sq: NaN, rq: NaN, classes: 0 });
  expect(perClass[DOG]).toMatchObject({ pq: NaN, sq: NaN, rq: NaN });
});

test("random images have the numbers that comparing sets of pixels gives", () => {
  const image = fc.integer({ min: 1, max: 40 }).chain((size) =>
    fc
      .record({
        truth: labelMap(size, 5),
        prediction: labelMap(size, 5),
        classes: fc.array(fc.nat(2), { minLength: 10, maxLength: 10 }),
        crowds: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
      })
      .map(({ truth, prediction, classes, crowds }): PanopticImage => {
        const segments = (ids: number[], first: number) =>
          [...new Set(ids)].filter((id) => id > 0).map((id) => ({ id, class: classes[first + id] ?? 0 }));
        const truths = segments(truth, 0).map((segment) => ({ ...segment, crowd: crowds[segment.id] ?? false }));
        return {
          truth: { ids: truth, segments: truths },
          prediction: { ids: prediction, segments: segments(prediction, 5) },
        };
      }),
  );
  fc.assert(
    fc.property(fc.array(image, { minLength: 1, maxLength: 4 }), (images) => {
      const { perClass, all } = evaluatePanopticQuality(images, CLASSES);
      const naive = CLASSES.map((_, k) => naivePanoptic(images, k));
      expectClose(
        perClass.map((metrics) => [metrics.pq, metrics.sq, metrics.rq, ...counts(metrics)]),
        naive,
      );
      expectClose(
        [all.pq, all.sq, all.rq],
        [0, 1, 2].map((column) => naiveMean(naive.map((row) => row[column] ?? NaN))),
      );
    }),
  );
});

/** PQ, SQ, RQ, true and false positives and false negatives of one class. */
function naivePanoptic(images: readonly PanopticImage[], k: number): number[] {
  const ious: number[] = [];
  let [truths, extra] = [0, 0];
  for (const { truth, prediction } of images) {
    const pixelsOf = ({ ids }: PanopticMap, id: number): number[] =>
      Array.from(ids).flatMap((other, i) => (other === id ? [i] : []));
    const shared = (a: number[], b: number[]): number => a.filter((i) => b.includes(i)).length;
    const nobody = pixelsOf(truth, 0);
    const ofClass = truth.segments.filter((segment) => segment.class === k);
    const plain = ofClass.filter(({ crowd }) => crowd !== true).map(({ id }) => pixelsOf(truth, id));
    const excuse = [
      ...nobody,
      ...ofClass.filter(({ crowd }) => crowd === true).flatMap(({ id }) => pixelsOf(truth, id)),
    ];
    truths += plain.length;
    for (const { id } of prediction.segments.filter((segment) => segment.class === k)) {
      const found = pixelsOf(prediction, id);
      const known = found.filter((i) => !nobody.includes(i));
      const iou = plain.map((pixels) => shared(pixels, known) / new Set([...pixels, ...known]).size);
      const match = iou.find((value) => value > 0.5);
      if (match !== undefined) ious.push(match);
      else if (shared(found, excuse) <= found.length / 2) extra++;
    }
  }
  const [matches, missed] = [ious.length, truths - ious.length];
  const iou = ious.reduce((sum, value) => sum + value, 0);
  const segments = matches + extra / 2 + missed / 2;
  const sq = matches > 0 ? iou / matches : segments > 0 ? 0 : NaN;
  return [iou / segments, sq, matches / segments, matches, extra, missed];
}

const good: PanopticMap = { ids: [1, 0], segments: [{ id: 1, class: CAT }] };

test.each<[string, PanopticImage, string]>([
  [
    "maps of different lengths",
    { truth: good, prediction: { ids: [1], segments: good.segments } },
    "image 1: truth has 2 pixels and prediction 1; resize the prediction to the truth's size (nearest neighbour)",
  ],
  [
    "a pixel of no segment",
    { truth: good, prediction: { ids: [1, 4], segments: good.segments } },
    "image 1: prediction: pixel 1: id 4 is no segment's; add it to segments, or make it 0 (void)",
  ],
  [
    "a pixel that is NaN",
    { truth: { ids: [1, NaN], segments: good.segments }, prediction: good },
    "image 1: truth: pixel 1: id NaN is no segment's; add it to segments, or make it 0 (void)",
  ],
  [
    "a segment without pixels",
    { truth: { ids: [1, 1], segments: [...good.segments, { id: 3, class: DOG }] }, prediction: good },
    "image 1: truth: segment 1: id 3 has no pixel; leave the segment out",
  ],
  [
    "an id given twice",
    { truth: good, prediction: { ids: [1, 1], segments: [...good.segments, { id: 1, class: DOG }] } },
    "image 1: prediction: segment 1: id 1 is another segment's too",
  ],
  [
    "a segment that is void",
    { truth: { ids: [0, 0], segments: [{ id: 0, class: CAT }] }, prediction: good },
    "image 1: truth: segment 0: id must be a positive integer (0 is void), got 0",
  ],
  [
    "a class that does not exist",
    { truth: good, prediction: { ids: [1, 1], segments: [{ id: 1, class: 3 }] } },
    "image 1: prediction: segment 0: class must be an index below 3, got 3",
  ],
])("%s is refused, and leaves the numbers as they were", (_, bad, message) => {
  const quality = new PanopticQuality(CLASSES);
  quality.add({ truth: good, prediction: good });
  expect(() => {
    quality.add(bad);
  }).toThrow(new AnchorkitError(message));
  expect(quality.metrics().all).toEqual({ pq: 1, sq: 1, rq: 1, classes: 1 });
});
