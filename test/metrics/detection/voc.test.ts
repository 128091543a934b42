import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type EvaluationImage, evaluateVoc, type VocOptions, type VocSummary } from "../../../src/metrics/index.ts";
import { expectNear } from "./near.ts";
import { overlapOf, randomImages, readScene, scene } from "./scenes.ts";

const here = [0, 0, 10, 10];
const there = [50, 0, 60, 10];
const nowhere = [100, 0, 110, 10];

function evaluate(image: EvaluationImage, options?: VocOptions): VocSummary {
  const { AP, AP11 } = evaluateVoc([image], ["a"], options);
  return { AP, AP11 };
}

test("precision at eleven recalls, and the area under the falling curve, worked by hand", () => {
  const image = scene(
    [{ box: here }, { box: there }],
    [
      { box: here, score: 0.9 }, // recall 1/2, precision 1
      { box: nowhere, score: 0.8 },
      { box: there, score: 0.7 }, // recall 1, precision 2/3
    ],
  );
  const { AP, AP11 } = evaluate(image);
  expect(AP).toBeCloseTo(1 / 2 + (1 / 2) * (2 / 3), 14);
  expect(AP11).toBeCloseTo((6 * 1 + (5 * 2) / 3) / 11, 14); // 0 to 0.5, 0.6 to 1
});

test("precision is made to fall: what is higher at a later recall counts before it", () => {
  const image = scene(
    [{ box: here }, { box: there }],
    [
      { box: nowhere, score: 0.9 },
      { box: here, score: 0.8 }, // precision 1/2
      { box: there, score: 0.7 }, // precision 2/3
    ],
  );
  expectNear(evaluate(image), { AP: 2 / 3, AP11: 2 / 3 });
});

test("recalls that are never reached count as precision 0", () => {
  const image = scene([{ box: here }, { box: there }], [{ box: here, score: 0.9 }]);
  expectNear(evaluate(image), { AP: 0.5, AP11: 6 / 11 });
});

test("the recalls are NumPy's: 3 of 10 found do not reach the fourth, 0.30000000000000004", () => {
  const boxes = Array.from({ length: 10 }, (_, i) => [20 * i, 0, 20 * i + 10, 10]);
  const found = boxes.slice(0, 3).map((box) => ({ box, score: 0.5 }));
  const objects = boxes.map((box) => ({ box }));
  expect(evaluate(scene(objects, found)).AP11).toBeCloseTo(3 / 11, 14);
});

test("a detection looks only at the object of highest IoU: if that is taken, another will not do", () => {
  const image = scene(
    [{ box: here }, { box: [0, 3, 10, 13] }],
    [
      { box: here, score: 0.9 },
      { box: [0, 1, 10, 11], score: 0.8 }, // IoU 9/11 with the first, 8/12 with the second
    ],
  );
  expectNear(evaluate(image), { AP: 0.5, AP11: 6 / 11 });
});

test("of equal IoUs the first object is looked at", () => {
  const image = scene(
    [{ box: here }, { box: here, ignore: true }],
    [
      { box: here, score: 0.9 },
      { box: here, score: 0.8 }, // false positive: the first is taken; the difficult twin is not looked at
      { box: here, score: 0.7 },
    ],
  );
  expect(evaluate(image).AP).toBe(1);
  const other = scene([{ box: here, ignore: true }, { box: here }], [{ box: here, score: 0.9 }]);
  expect(evaluate(other).AP).toBe(0);
});

test("difficult objects are neither to be found, nor is it wrong to find them, however often", () => {
  const image = scene(
    [{ box: here, ignore: true }, { box: there }],
    [
      { box: here, score: 0.9 },
      { box: here, score: 0.8 },
      { box: there, score: 0.7 },
    ],
  );
  expect(evaluate(image)).toEqual({ AP: 1, AP11: 1 });
  expect(evaluateVoc([image], ["a"]).perClass[0]?.truths).toBe(1);
});

test("a detection of a difficult object below the threshold is a false positive", () => {
  const image = scene(
    [{ box: here, ignore: true }, { box: there }],
    [
      { box: [0, 0, 10, 4], score: 0.9 },
      { box: there, score: 0.7 },
    ],
  );
  expect(evaluate(image).AP).toBe(0.5);
});

test("a taken object makes a false positive of a second detection, even one that fits better", () => {
  const image = scene(
    [{ box: here }, { box: there }],
    [
      { box: [0, 0, 10, 8], score: 0.9 },
      { box: here, score: 0.8 },
      { box: there, score: 0.7 },
    ],
  );
  expect(evaluate(image).AP).toBeCloseTo(1 / 2 + (1 / 2) * (2 / 3), 14);
});

test("an IoU at the threshold is enough, and inclusive pixels raise it", () => {
  const half = scene([{ box: here }], [{ box: [0, 0, 10, 5], score: 1 }]);
  expect(evaluate(half).AP).toBe(1);
  const less = scene([{ box: [0, 0, 9, 9] }], [{ box: [0, 0, 9, 4], score: 1 }]); // 36 / 81, inclusive 50 / 100
  expect(evaluate(less).AP).toBe(0);
  expect(evaluate(less, { overlap: "inclusive-box" }).AP).toBe(1);
  expect(evaluate(less, { overlap: "inclusive-box", iouThreshold: 0.51 }).AP).toBe(0);
});

test("all detections of an image are looked at", () => {
  const wrong = Array.from({ length: 150 }, () => ({ box: nowhere, score: 0.9 }));
  expect(evaluate(scene([{ box: here }], [...wrong, { box: here, score: 0.1 }])).AP).toBeCloseTo(1 / 151, 14);
});

test("the mean is over the classes that have objects; the others have no number", () => {
  const image = scene(
    [{ box: here }, { box: there, class: 1 }, { box: nowhere, class: 2, ignore: true }],
    [
      { box: here, score: 0.9 },
      { box: nowhere, class: 3, score: 0.9 },
    ],
  );
  const { AP, AP11, iouThreshold, perClass } = evaluateVoc([image], ["a", "b", "c", "d"]);
  expect({ AP, AP11, iouThreshold }).toEqual({ AP: 0.5, AP11: 0.5, iouThreshold: 0.5 });
  expect(perClass).toEqual([
    { class: 0, name: "a", truths: 1, AP: 1, AP11: 1 },
    { class: 1, name: "b", truths: 1, AP: 0, AP11: 0 },
    { class: 2, name: "c", truths: 0, AP: NaN, AP11: NaN },
    { class: 3, name: "d", truths: 0, AP: NaN, AP11: NaN },
  ]);
  expect(evaluateVoc([], ["a"]).AP).toBeNaN();
});

test("what cannot be evaluated is named", () => {
  const image = scene([{ box: here, class: 1 }], []);
  expect(() => evaluateVoc([image], ["a"])).toThrow("image 0: truth 0: class must be an index below 1, got 1");
});

/** The devkit's program for one class, as it reads: all sorted, cumulated, and precision made to fall from behind. */
function naiveVoc(images: readonly EvaluationImage[], k: number, threshold: number, extra: number): VocSummary {
  const truths = images.map((image) =>
    readScene(image).truths.flatMap((one) =>
      one.class === k ? [{ ...one, difficult: one.ignore || one.crowd, taken: false }] : [],
    ),
  );
  const detections = images.flatMap((image, i) =>
    readScene(image).detections.flatMap((one) => (one.class === k ? [{ ...one, image: i }] : [])),
  );
  detections.sort((a, b) => b.score - a.score);
  let [tp, fp] = [0, 0];
  const positives = truths.flat().filter(({ difficult }) => !difficult).length;
  const points: { recall: number; precision: number }[] = [];
  for (const { box, image } of detections) {
    const objects = (truths[image] ?? []).map((one) => ({ one, iou: overlapOf(box, one.box, one.crowd, extra) }));
    const highest = Math.max(...objects.map(({ iou }) => iou));
    const best = objects.find(({ iou }) => iou === highest)?.one;
    if (best === undefined || highest < threshold) fp++;
    else if (!best.difficult) {
      if (best.taken) fp++;
      else tp++;
      best.taken = true;
    }
    if (tp + fp > 0) points.push({ recall: tp / positives, precision: tp / (tp + fp) });
  }
  const highestFrom = (recall: number): number =>
    Math.max(0, ...points.filter((point) => point.recall >= recall).map(({ precision }) => precision));
  if (positives === 0) return { AP: NaN, AP11: NaN };
  const recalls = [0, ...new Set(points.map(({ recall }) => recall))];
  const AP = recalls.reduce((sum, r, i) => sum + (r - (recalls[i - 1] ?? 0)) * highestFrom(r), 0);
  const tenths = [0, 0.1, 0.2, 0.30000000000000004, 0.4, 0.5, 0.6000000000000001, 0.7000000000000001, 0.8, 0.9, 1];
  return { AP, AP11: tenths.reduce((sum, recall) => sum + highestFrom(recall), 0) / 11 };
}

test("equal to the naive twin for random images, thresholds and both kinds of pixels", () => {
  fc.assert(
    fc.property(randomImages, fc.constantFrom(0.1, 0.5, 0.75), fc.boolean(), (images, iouThreshold, inclusive) => {
      const overlap = inclusive ? "inclusive-box" : "box";
      const { perClass } = evaluateVoc(images, ["a", "b", "c", "absent"], { iouThreshold, overlap });
      perClass.forEach(({ AP, AP11 }, k) => {
        expectNear({ AP, AP11 }, naiveVoc(images, k, iouThreshold, inclusive ? 1 : 0), `class ${k}`);
      });
    }),
    { seed: 11, numRuns: 300 },
  );
});

const sample = fileURLToPath(new URL("../../../../shared/data/eval/voc7/", import.meta.url));

test.skipIf(!existsSync(sample))(
  "seven images with published figures have them, at each threshold and in both ways",
  () => {
    const rows = (folder: string, file: string): string[][] =>
      readFileSync(`${sample}${folder}/${file}`, "utf8")
        .trim()
        .split("\n")
        .map((line) => line.trim().split(/\s+/));
    const boxOf = ([x = 0, y = 0, width = 0, height = 0]: number[]): number[] => [x, y, x + width, y + height];
    const images = readdirSync(`${sample}groundtruths`).map((file) =>
      scene(
        rows("groundtruths", file).map(([, ...numbers]) => ({ box: boxOf(numbers.map(Number)) })),
        rows("detections", file).map(([, score, ...numbers]) => ({
          box: boxOf(numbers.map(Number)),
          score: Number(score),
        })),
      ),
    );
    const { every_point, eleven_point } = JSON.parse(readFileSync(`${sample}expected.json`, "utf8")) as Record<
      "every_point" | "eleven_point",
      Record<string, number>
    >;
    expect(Object.keys(every_point)).toEqual(["0.1", "0.3", "0.5", "0.75"]);
    for (const [threshold, expected] of Object.entries(every_point)) {
      const summary = evaluateVoc(images, ["person"], { iouThreshold: Number(threshold), overlap: "inclusive-box" });
      expect(summary.AP).toBeCloseTo(expected, 9);
      expect(summary.AP11).toBeCloseTo(eleven_point[threshold] ?? NaN, 9);
    }
  },
);
