import { expect, test } from "vitest";
import {
  type ClassMatches,
  FALSE_POSITIVE,
  IGNORED,
  matchDetections,
  TRUE_POSITIVE,
} from "../../../../src/metrics/detection/coco/matching.ts";
import { areaSlice } from "../../../../src/metrics/detection/slices/slices.ts";

const [hit, miss, ignored] = [TRUE_POSITIVE, FALSE_POSITIVE, IGNORED];

type Box = [number, number, number, number];
interface Flags {
  crowd?: boolean;
  ignore?: boolean;
  area?: number;
}
interface Scene {
  truths: [Box, Flags?][];
  /** Boxes and scores. */
  detections: [Box, number][];
}

/** Matches scenes of a single class at IoU 0.5 and 0.75 (or others), for all areas and for those up to 1024. */
function matchScenes(scenes: Scene[], maxDetections = 100, iouThresholds = [0.5, 0.75]): ClassMatches {
  const images = scenes.map(({ truths, detections }) => ({
    truth: {
      boxes: truths.flatMap(([box]) => box),
      classes: truths.map(() => 0),
      crowd: truths.map(([, flags]) => flags?.crowd ?? false),
      ignore: truths.map(([, flags]) => flags?.ignore ?? false),
      areas: truths.map(([[x1, y1, x2, y2], flags]) => flags?.area ?? (x2 - x1) * (y2 - y1)),
    },
    detections: {
      boxes: detections.flatMap(([box]) => box),
      scores: detections.map(([, score]) => score),
      classes: detections.map(() => 0),
    },
  }));
  const slices = [areaSlice("all", 0, 1e10), areaSlice("small", 0, 1024)];
  const [matches] = matchDetections(images, ["thing"], { iouThresholds, slices, maxDetections }).perClass;
  if (matches === undefined) throw new Error("one class was asked for");
  return matches;
}

/** The outcomes at IoU 0.5 for all areas. */
function outcomes(...scenes: Scene[]): number[] {
  return [...(matchScenes(scenes).outcomes[0]?.[0] ?? [])];
}

test("of two detections of one object the surer finds it, the other is a false positive", () => {
  const truths: Scene["truths"] = [[[0, 0, 10, 10]]];
  expect(
    outcomes({
      truths,
      detections: [
        [[0, 0, 10, 10], 0.4],
        [[0, 0, 10, 8], 0.9],
      ],
    }),
  ).toEqual([hit, miss]);
});

test("an IoU that is exactly the threshold is enough, one below is not", () => {
  const truths: Scene["truths"] = [[[0, 0, 10, 10]]];
  const matches = matchScenes([{ truths, detections: [[[0, 0, 10, 7.5], 0.9]] }]);
  expect(matches.outcomes[0]).toEqual([Uint8Array.of(hit), Uint8Array.of(hit)]);
  expect(outcomes({ truths, detections: [[[0, 0, 10, 4.99], 0.9]] })).toEqual([miss]);
});

test("a detection takes the object of highest IoU, of equals the later, so that the next finds the other", () => {
  const twice: Scene["truths"] = [[[0, 0, 10, 10]], [[0, 0, 10, 10], { crowd: false, area: 5000 }]];
  const first = matchScenes([{ truths: twice, detections: [[[0, 0, 10, 10], 1]] }]);
  expect(first.positives).toEqual([2, 1]);
  // For areas up to 1024 only the first of the twins counts: it is preferred to the later, which does not.
  expect(first.outcomes.map((atRange) => atRange[0])).toEqual([Uint8Array.of(hit), Uint8Array.of(hit)]);
  expect(
    outcomes({
      truths: [[[0, 0, 10, 10]], [[0, 3, 10, 13]]],
      detections: [
        [[0, 2, 10, 12], 0.9], // IoU 2/3 with the first, 9/11 with the second
        [[0, 0, 10, 10], 0.8],
      ],
    }),
  ).toEqual([hit, hit]);
});

test("equal IoUs go to the later object", () => {
  // The first detection overlaps both alike; the second overlaps only the first object enough, and finds it free.
  const later = { truths: [[[0, 0, 10, 10]], [[0, 4, 10, 14]]] satisfies Scene["truths"] };
  const middle: [Box, number] = [[0, 2, 10, 12], 0.9];
  expect(outcomes({ ...later, detections: [middle, [[0, 0, 10, 9], 0.5]] })).toEqual([hit, hit]);
  expect(outcomes({ ...later, detections: [middle, [[0, 5, 10, 14], 0.5]] })).toEqual([hit, miss]);
});

test("a crowd takes in any number of detections by the share that lies inside, and none of them counts", () => {
  const crowd: Scene["truths"] = [[[0, 0, 100, 100], { crowd: true }]];
  const inside: Scene["detections"] = [
    [[0, 0, 10, 10], 0.9],
    [[50, 50, 60, 60], 0.8],
    [[95, 0, 105, 10], 0.7], // half inside
    [[96, 0, 106, 10], 0.6], // 40 % inside
  ];
  expect(outcomes({ truths: crowd, detections: inside })).toEqual([ignored, ignored, ignored, miss]);
  expect(matchScenes([{ truths: crowd, detections: [] }]).positives).toEqual([0, 0]);
});

test("an ignored object takes in any number of detections too, but by the usual IoU", () => {
  const difficult: Scene["truths"] = [[[0, 0, 20, 20], { ignore: true }]];
  const detections: Scene["detections"] = [
    [[0, 0, 20, 20], 0.9],
    [[0, 0, 20, 18], 0.8],
    [[0, 0, 10, 10], 0.7],
  ];
  expect(outcomes({ truths: difficult, detections })).toEqual([ignored, ignored, miss]);
});

test("an object that counts is preferred to a crowd, however much better the crowd fits", () => {
  const truths: Scene["truths"] = [[[0, 0, 10, 6]], [[0, 0, 100, 100], { crowd: true }]];
  expect(outcomes({ truths, detections: [[[0, 0, 10, 10], 0.9]] })).toEqual([hit]);
});

test("of another size, an object takes one detection out of the count, and a lone detection is left out for its own", () => {
  const large: Box = [0, 0, 40, 40];
  const small: Box = [0, 0, 32, 32];
  const scene: Scene = {
    truths: [[large]],
    detections: [
      [large, 0.9], // finds the large object
      [large, 0.8], // too large itself
      [small, 0.7], // IoU 0.64, but the object is taken: a small detection of nothing
    ],
  };
  const { outcomes, positives } = matchScenes([scene]);
  expect(positives).toEqual([1, 0]);
  expect(outcomes[0]?.[0]).toEqual(Uint8Array.of(hit, miss, miss));
  expect(outcomes[1]?.[0]).toEqual(Uint8Array.of(ignored, ignored, miss));
});

test("an object's size is the area it is given, not that of its box, and both ends of a range belong to it", () => {
  const box: Box = [0, 0, 40, 40];
  expect(matchScenes([{ truths: [[box, { area: 1024 }]], detections: [] }]).positives).toEqual([1, 1]);
  expect(matchScenes([{ truths: [[box, { area: 1024.5 }]], detections: [] }]).positives).toEqual([1, 0]);
});

test("detections are ranked across images by score, equal ones by image and place; each image keeps its best", () => {
  const box: Box = [0, 0, 10, 10];
  const far: Box = [50, 50, 60, 60];
  const { outcomes, ranks } = matchScenes(
    [
      {
        truths: [],
        detections: [
          [far, 0.5],
          [far, 0.9],
          [far, 0.1],
        ],
      },
      { truths: [[box]], detections: [[box, 0.5]] },
    ],
    2,
  );
  expect(ranks).toEqual(Int32Array.of(0, 1, 0));
  expect(outcomes[0]?.[0]).toEqual(Uint8Array.of(miss, miss, hit));
});

test("an object is found only in its own image", () => {
  const box: Box = [0, 0, 10, 10];
  expect(outcomes({ truths: [[box]], detections: [] }, { truths: [], detections: [[box, 1]] })).toEqual([miss]);
});

test("boxes that do not touch have no IoU, not even those apart in both directions, nor do boxes without an area", () => {
  const apart = outcomes({ truths: [[[0, 0, 10, 10]]], detections: [[[20, 20, 30, 30], 1]] });
  const lines: Box[] = [
    [5, 0, 5, 10],
    [0, 5, 10, 5],
  ];
  expect(apart).toEqual([miss]);
  for (const line of lines) expect(outcomes({ truths: [[line]], detections: [[line, 1]] })).toEqual([miss]);
});

test("threshold 1 allows for rounding", () => {
  const scene: Scene = { truths: [[[0, 0, 10, 10]]], detections: [[[0, 0, 10, 10 - 1e-11], 1]] };
  expect(matchScenes([scene], 100, [1]).outcomes[0]).toEqual([Uint8Array.of(hit)]);
});
