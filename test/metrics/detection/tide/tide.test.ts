import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeMask, type Rle } from "../../../../src/geometry/index.ts";
import {
  type EvaluationImage,
  evaluateCoco,
  evaluateTide,
  type Tide,
  type TideErrorType,
  type TideSummary,
} from "../../../../src/metrics/index.ts";
import { naiveTide } from "./naiveTide.ts";
import { expectNear } from "../near.ts";
import { type Detected, randomImages, scene } from "../scenes.ts";

const CLASSES = ["cat", "dog"];
const [cat, dog] = [0, 1];

/** Boxes 10 wide, far from each other; `high` of 10 makes an IoU of high / 10 with the whole one. */
const at = (x: number, high = 10): number[] => [x, 0, x + 10, high];

const found = (box: number[], score: number, k = cat): Detected => ({ box, score, class: k });

/** Counts and costs of those errors that there are. */
function errorsOf({ errors }: TideSummary): Partial<Record<TideErrorType, [number, number]>> {
  return Object.fromEntries(
    Object.entries(errors)
      .filter(([, { count, dAP }]) => count > 0 || Math.abs(dAP) > 1e-12)
      .map(([type, { count, dAP }]) => [type, [count, dAP]]),
  );
}

const near = (value: number): number => expect.closeTo(value, 12) as number;

describe("each error alone", () => {
  test("classification: a dog that was taken for a cat", () => {
    const truths = [
      { box: at(0), class: cat },
      { box: at(20), class: dog },
    ];
    const tide = evaluateTide([scene(truths, [found(at(0), 0.9), found(at(20), 0.8)])], CLASSES);
    expect(tide.AP50).toBeCloseTo(1 / 2, 12);
    expect(errorsOf(tide)).toEqual({ classification: [1, near(1 / 2)] });
    expect(tide.wrongDetections).toEqual([
      { image: 0, detection: 1, class: cat, type: "classification", score: 0.8, truth: 1, iou: 1, cost: 0 },
    ]);
    expect(tide.missedTruths).toEqual([]);
    expect(tide.falsePositives).toEqual({ count: 1, dAP: near(0) });
    expect(tide.falseNegatives).toEqual({ count: 1, dAP: near(1 / 2) }); // without its dog that class leaves the mean
    expect(tide.perClass.map((one) => [one.name, one.truths, one.AP50, errorsOf(one)])).toEqual([
      ["cat", 1, near(1), { classification: [1, near(0)] }],
      ["dog", 1, 0, { classification: [0, near(1)] }],
    ]);
  });

  test("localisation: a box that holds 4 of 10 parts of its object", () => {
    const tide = evaluateTide([scene([{ box: at(0) }], [found(at(0, 4), 0.8)])], CLASSES);
    expect(tide.AP50).toBe(0);
    expect(errorsOf(tide)).toEqual({ localisation: [1, near(1)] });
    expect(tide.wrongDetections).toMatchObject([{ type: "localisation", truth: 0, iou: 0.4 }]);
    expect(tide.missedTruths).toEqual([]);
  });

  test("both: a box of the wrong class that holds 4 of 10 parts of an object", () => {
    const truths = [
      { box: at(0), class: cat },
      { box: at(20), class: dog },
    ];
    const right = [found(at(0), 0.7, cat), found(at(20), 0.7, dog)];
    const tide = evaluateTide([scene(truths, [found(at(20, 4), 0.9, cat), ...right])], CLASSES);
    expect(tide.AP50).toBeCloseTo((1 / 2 + 1) / 2, 12);
    expect(errorsOf(tide)).toEqual({ both: [1, near(1 / 4)] });
    expect(tide.wrongDetections).toMatchObject([{ type: "both", truth: 1, iou: 0.4, cost: near(1 / 4) }]);
  });

  test("duplicate: an object found a second time", () => {
    const boxes = [found(at(0), 0.9), found(at(0, 8), 0.8), found(at(20), 0.7)];
    const tide = evaluateTide([scene([{ box: at(0) }, { box: at(20) }], boxes)], CLASSES);
    const before = (51 + 50 * (2 / 3)) / 101; // precision 1 up to recall 0.5, then 2 of 3
    expect(tide.AP50).toBeCloseTo(before, 12);
    expect(errorsOf(tide)).toEqual({ duplicate: [1, near(1 - before)] });
    expect(tide.wrongDetections).toMatchObject([{ detection: 1, type: "duplicate", truth: 0, iou: 0.8 }]);
  });

  test("background: a detection where nothing is", () => {
    const tide = evaluateTide([scene([{ box: at(0) }], [found(at(40), 0.9), found(at(0), 0.8)])], CLASSES);
    expect(tide.AP50).toBeCloseTo(1 / 2, 12);
    expect(errorsOf(tide)).toEqual({ background: [1, near(1 / 2)] });
    expect(tide.wrongDetections).toMatchObject([{ type: "background", truth: null, iou: 0, cost: near(1 / 2) }]);
    expect(tide.falsePositives).toEqual({ count: 1, dAP: near(1 / 2) });
  });

  test("missed: an object that nothing is near to", () => {
    const tide = evaluateTide([scene([{ box: at(0) }, { box: at(20) }], [found(at(0), 0.8)])], CLASSES);
    expect(tide.AP50).toBeCloseTo(51 / 101, 12);
    expect(errorsOf(tide)).toEqual({ missed: [1, near(50 / 101)] });
    expect(tide.wrongDetections).toEqual([]);
    expect(tide.missedTruths).toEqual([{ image: 0, truth: 1, class: cat, cost: near(50 / 101) }]);
    expect(tide.falseNegatives).toEqual({ count: 1, dAP: near(50 / 101) });
  });
});

/** What is wrong with the only wrong detection. */
function typeOf(image: EvaluationImage): string | undefined {
  const { wrongDetections } = evaluateTide([image], CLASSES);
  expect(wrongDetections).toHaveLength(1);
  return wrongDetections[0]?.type;
}

test.each([
  { what: "0.1 with its own class", truth: cat, high: 1, type: "localisation" },
  { what: "0.1 with another class", truth: dog, high: 1, type: "background" },
  { what: "0.2 with another class", truth: dog, high: 2, type: "both" },
  { what: "0.5 with another class", truth: dog, high: 5, type: "classification" },
])("an IoU of $what is $type", ({ truth, high, type }) => {
  expect(typeOf(scene([{ box: at(0), class: truth }], [found(at(0, high), 0.9)]))).toBe(type);
});

test("an IoU of 0.5 with what a surer one found is localisation, above it is a duplicate", () => {
  const image = (high: number): EvaluationImage =>
    scene([{ box: at(0) }], [found(at(0), 0.9), found(at(0, high), 0.8)]);
  expect(typeOf(image(5))).toBe("localisation");
  expect(typeOf(image(6))).toBe("duplicate");
});

test("localisation goes before classification, and that before duplicate", () => {
  const overDog = [{ box: at(0), class: dog }];
  expect(typeOf(scene([{ box: at(0, 3), class: cat }, ...overDog], [found(at(0), 0.9, cat)]))).toBe("localisation");
  const twice = [found(at(0, 9), 0.9, cat), found(at(0), 0.8, cat)];
  expect(typeOf(scene([{ box: at(0, 9), class: cat }, ...overDog], twice))).toBe("classification");
});

test("of several detections that should have been one object the surest is put right, the others are left out", () => {
  const truths = [{ box: at(0) }, { box: at(20) }];
  const tide = evaluateTide([scene(truths, [found(at(0, 3), 0.8), found(at(0, 4), 0.9), found(at(20), 0.7)])], CLASSES);
  expect(tide.AP50).toBeCloseTo(51 / 101 / 3, 12);
  expect(errorsOf(tide)).toEqual({ localisation: [2, near(1 - 51 / 101 / 3)] });
});

test("what another detection found cannot be found by putting a detection right", () => {
  const truths = [{ box: at(0), class: dog }];
  const tide = evaluateTide([scene(truths, [found(at(0), 0.5, dog), found(at(0, 4), 0.9, dog)])], CLASSES);
  expect(errorsOf(tide)).toEqual({ localisation: [1, near(1 / 2)] });
});

test("an error of class and one of place at one object are put right each by itself", () => {
  // The dog is once in the wrong class and once in the wrong place, and the surer of the two is in the wrong place.
  const truths = [
    { box: at(0), class: dog },
    { box: at(20), class: cat },
  ];
  const boxes = [found(at(20), 1, cat), found(at(0), 0.5, cat), found(at(0, 4), 0.9, dog)];
  const tide = evaluateTide([scene(truths, boxes)], CLASSES);
  expect(errorsOf(tide)).toEqual({
    classification: [1, near(1 / 4)], // found after one wrong detection: dog's AP is 1/2
    localisation: [1, near(1 / 2)],
  });
});

test("a detection of another class comes where its score puts it", () => {
  const truths = [
    { box: at(0), class: dog },
    { box: at(20), class: dog },
  ];
  const boxes = [found(at(0), 0.9, dog), found(at(40), 0.8, dog), found(at(20), 0.7, cat)];
  const tide = evaluateTide([scene(truths, boxes)], CLASSES);
  expect(tide.perClass[dog]?.errors.classification.dAP).toBeCloseTo((50 * (2 / 3)) / 101, 12);
});

test("crowds, ignored objects, and detections of them are no errors", () => {
  const truths = [
    { box: [0, 0, 100, 100], crowd: true },
    { box: at(200), ignore: true },
    { box: at(300), ignore: true },
    { box: at(400) },
  ];
  const boxes = [found(at(0), 0.9), found(at(20), 0.9), found(at(200), 0.9), found(at(200), 0.9), found(at(400), 0.8)];
  const tide = evaluateTide([scene(truths, boxes)], CLASSES);
  expect(tide.AP50).toBeCloseTo(1, 12);
  expect(errorsOf(tide)).toEqual({});
  expect([tide.wrongDetections, tide.missedTruths]).toEqual([[], []]);
  expect(tide.falseNegatives.count).toBe(0);
});

test("a detection beside an ignored object is background: that is not what it should have been", () => {
  expect(typeOf(scene([{ box: at(0), ignore: true }, { box: at(40) }], [found(at(0, 4), 0.9)]))).toBe("background");
});

test("with nothing found at all the missed cost everything", () => {
  const tide = evaluateTide([scene([{ box: at(0) }], [])], CLASSES);
  expect(tide.AP50).toBe(0);
  expect(errorsOf(tide)).toEqual({ missed: [1, near(1)] });
  expect(tide.missedTruths).toEqual([{ image: 0, truth: 0, class: cat, cost: near(1) }]);
});

test("a class that was missed altogether, with something wrong found, gains nothing by its misses", () => {
  const tide = evaluateTide([scene([{ box: at(0) }], [found(at(40), 0.9)])], CLASSES);
  expect(errorsOf(tide)).toEqual({ missed: [1, near(0)], background: [1, near(0)] });
});

test("detections of a class without objects are listed, and cost nothing", () => {
  const tide = evaluateTide(
    [scene([{ box: at(0), class: cat }], [found(at(0), 0.9), found(at(40), 0.8, dog)])],
    CLASSES,
  );
  expect(errorsOf(tide)).toEqual({ background: [1, near(0)] });
  expect(tide.wrongDetections).toMatchObject([{ class: dog, cost: 0 }]);
  expect(tide.perClass[dog]).toMatchObject({ AP50: NaN, truths: 0, errors: { background: { count: 1, dAP: NaN } } });
});

test("what costs most comes first; of equals the surer detection and the larger object", () => {
  const truths = [{ box: at(0) }, { box: at(20, 5) }, { box: at(40, 8) }];
  const boxes = [found(at(0), 0.8), found(at(60), 0.1), found(at(80), 0.85), found(at(100), 0.9), found(at(120), 0.2)];
  const { wrongDetections, missedTruths } = evaluateTide([scene(truths, boxes)], CLASSES);
  expect(wrongDetections.map(({ detection }) => detection)).toEqual([3, 2, 4, 1]);
  expect(missedTruths.map(({ truth }) => truth)).toEqual([2, 1]);
});

test("of equal costs in two classes the surer detection comes first", () => {
  const image = scene([{ box: at(0) }], [found(at(0), 0.9), found(at(20), 0.1, cat), found(at(20), 0.3, dog)]);
  expect(evaluateTide([image], CLASSES).wrongDetections.map(({ score, cost }) => [score, cost])).toEqual([
    [0.3, 0],
    [0.1, 0],
  ]);
});

test("objects and detections are named by their places in their image", () => {
  const first = scene([{ box: at(0) }, { box: at(20) }], [found(at(0), 0.9), found(at(20), 0.9)]);
  const second = scene([{ box: at(0) }, { box: at(20), class: dog }], [found(at(40), 0.6), found(at(20), 0.7)]);
  const { wrongDetections, missedTruths } = evaluateTide([first, second], CLASSES);
  expect(wrongDetections).toMatchObject([
    { image: 1, detection: 1, class: cat, type: "classification", truth: 1 },
    { image: 1, detection: 0, class: cat, type: "background", truth: null },
  ]);
  expect(missedTruths).toMatchObject([{ image: 1, truth: 0, class: cat }]);
});

test("only the best detections of each image are looked at", () => {
  const image = scene([{ box: at(0) }], [found(at(0), 0.9), found(at(40), 0.8)]);
  expect(errorsOf(evaluateTide([image], CLASSES, { maxDetections: 1 }))).toEqual({});
});

test("masks: boxes that are the same may hold masks that are not", () => {
  const mask = (row: number): Rle => encodeMask(Uint8Array.of(Number(row === 0), Number(row === 1)), 2, 1);
  const { truth, detections } = scene([{ box: [0, 0, 1, 2] }], [found([0, 0, 1, 2], 0.9)]);
  const image = { truth: { ...truth, masks: [mask(0)] }, detections: { ...detections, masks: [mask(1)] } };
  expect(errorsOf(evaluateTide([image], CLASSES))).toEqual({});
  expect(errorsOf(evaluateTide([image], CLASSES, { overlap: "mask" }))).toEqual({
    background: [1, near(0)],
    missed: [1, near(0)],
  });
});

test("without objects there is no AP50 to gain", () => {
  const { AP50, errors } = evaluateTide([scene([], [found(at(0), 0.9)])], CLASSES);
  expect(AP50).toBeNaN();
  expect(errors.background).toEqual({ count: 1, dAP: NaN });
  expect(evaluateTide([], []).AP50).toBeNaN();
});

test("equal to the naive twin, and AP50 to COCO's", () => {
  fc.assert(
    fc.property(randomImages, (images) => {
      const classes = ["a", "b", "c", "nowhere"];
      const { perClass, wrongDetections, missedTruths, ...summary } = evaluateTide(images, classes);
      expectNear(summary, naiveTide(images, classes.length));
      expectNear(summary.AP50, evaluateCoco(images, classes).AP50);
      expect(wrongDetections).toHaveLength(summary.falsePositives.count);
      expect(missedTruths).toHaveLength(summary.errors.missed.count);
      const costs = [...Object.values(summary.errors), summary.falsePositives, summary.falseNegatives];
      expect(costs.every(({ dAP }) => Number.isNaN(dAP) || dAP > -1e-12)).toBe(true);
      for (const k of perClass) expectNear(k.AP50, evaluateCoco(images, classes).perClass[k.class]?.AP50);
    }),
    { seed: 11, numRuns: 100 },
  );
});

interface Oracle {
  /** Class, x, y, width, height (and score). */
  images: { truths: number[][]; detections: number[][] }[];
  expected: Pick<Tide, "AP50" | "errors"> & { dAP: [number, number] };
}

test("equal to the reference implementation, tidecv", () => {
  const file = new URL("../../../fixtures/oracles/tide.json", import.meta.url);
  const corners = ([, x = 0, y = 0, width = 0, height = 0]: number[]): number[] => [x, y, x + width, y + height];
  for (const { images, expected } of JSON.parse(readFileSync(file, "utf8")) as Oracle[]) {
    const scenes = images.map(({ truths, detections }) =>
      scene(
        truths.map((one) => ({ box: corners(one), class: one[0] ?? NaN })),
        detections.map((one) => ({ box: corners(one), class: one[0] ?? NaN, score: one[5] ?? NaN })),
      ),
    );
    const { AP50, errors, falsePositives, falseNegatives } = evaluateTide(scenes, ["a", "b", "c"]);
    expectNear({ AP50, errors, dAP: [falsePositives.dAP, falseNegatives.dAP] }, expected);
  }
});
