import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Boxes,
  encodeMask,
  type Rle,
  rleFromCounts,
  rleFromPolygons,
  rleFromString,
} from "../../../../src/geometry/index.ts";
import {
  type CocoOptions,
  type CocoSummary,
  type EvaluationImage,
  evaluateCoco,
} from "../../../../src/metrics/index.ts";
import { naiveCoco } from "./naiveCoco.ts";

const KEYS = [
  ...["AP", "AP50", "AP75", "APsmall", "APmedium", "APlarge"],
  ...["AR1", "AR10", "AR100", "ARsmall", "ARmedium", "ARlarge"],
] as (keyof CocoSummary)[];

const nothing: EvaluationImage = {
  truth: { boxes: [], classes: [] },
  detections: { boxes: [], scores: [], classes: [] },
};

function expectEqual(actual: number, expected: number, what: string): void {
  const equal = Number.isNaN(expected) ? Number.isNaN(actual) : Math.abs(actual - expected) < 1e-12;
  expect(equal, `${what} is ${actual}, expected ${expected}`).toBe(true);
}

test("AR10 and AR100 look at 10 and 100 detections, or are not there, whatever the limit of AP is", () => {
  const boxes = Array.from({ length: 150 }, (_, i) => [20 * i, 0, 20 * i + 10, 10]).flat();
  const [classes, scores] = [new Int32Array(150), Float64Array.from({ length: 150 }, (_, i) => 1 - i / 200)];
  const image = { truth: { boxes, classes }, detections: { boxes, scores, classes } };
  const at = (maxDetections?: number): number[] => {
    const { AP, AR1, AR10, AR100, ARsmall } = evaluateCoco([image], ["cat"], maxDetections ? { maxDetections } : {});
    return [101 * AP, ...[AR1, AR10, AR100, ARsmall].map((recall) => 150 * recall)].map((one) =>
      Number(one.toFixed(9)),
    );
  };
  expect(at(5)).toEqual([4, 1, NaN, NaN, 5]); // 0, 0.01, 0.02 and 0.03 are reached
  expect(at(30)).toEqual([21, 1, 10, NaN, 30]);
  expect(at()).toEqual([67, 1, 10, 100, 100]);
  expect(at(300)).toEqual([101, 1, 10, 100, 150]);
});

test("perfect detections of a small and a large object score 1 wherever there is something to find", () => {
  const boxes = [0, 0, 10, 10, 0, 0, 200, 100];
  const image = { truth: { boxes, classes: [0, 1] }, detections: { boxes, scores: [0.9, 0.1], classes: [0, 1] } };
  const { perClass, ...summary } = evaluateCoco([image], ["mouse", "elephant"]);
  for (const key of KEYS) expectEqual(summary[key], key.endsWith("medium") ? NaN : 1, key);
  expect(perClass.map((metrics) => [metrics.class, metrics.name, metrics.truths])).toEqual([
    [0, "mouse", 1],
    [1, "elephant", 1],
  ]);
  expect(perClass[0]).toMatchObject({ APlarge: NaN, ARlarge: NaN });
  expect(perClass[1]).toMatchObject({ APsmall: NaN, ARsmall: NaN });
});

test("a detection with IoU 0.8 finds its object at seven of the ten thresholds", () => {
  const image = {
    truth: { boxes: [0, 0, 10, 10], classes: [0] },
    detections: { boxes: [0, 0, 10, 8], scores: [0.3], classes: [0] },
  };
  const metrics = evaluateCoco([image], ["a"]);
  expectEqual(metrics.AP, 0.7, "AP");
  expectEqual(metrics.AP50, 1, "AP50");
  expectEqual(metrics.AP75, 1, "AP75");
  expectEqual(metrics.AR100, 0.7, "AR100");
});

test("the ninth threshold is NumPy's 0.8999999999999999, which counts", () => {
  const image = {
    truth: { boxes: [0, 0, 0.1, 0.7], classes: [0] },
    detections: { boxes: [0, 0, 0.1, 0.63], scores: [1], classes: [0] }, // IoU 0.8999999999999999
  };
  expectEqual(evaluateCoco([image], ["a"]).AP, 0.9, "AP");
});

test("AR1 and AR10 look at the best detections of each class in each image, and nothing looks beyond the 100th", () => {
  const objects = Array.from({ length: 12 }, (_, i) => [20 * i, 0, 20 * i + 10, 10]).flat();
  const image = {
    truth: { boxes: objects, classes: new Int32Array(12) },
    detections: { boxes: objects, scores: new Float32Array(12).fill(0.5), classes: new Int32Array(12) },
  };
  const metrics = evaluateCoco([image, image], ["a"]);
  expectEqual(metrics.AR1, 1 / 12, "AR1");
  expectEqual(metrics.AR10, 10 / 12, "AR10");
  expectEqual(metrics.AR100, 1, "AR100");

  const far = Array.from({ length: 100 }, () => [0, 50, 10, 60]).flat();
  const late = {
    truth: { boxes: [0, 0, 10, 10], classes: [0] },
    detections: { boxes: [...far, 0, 0, 10, 10], scores: new Float32Array(101), classes: new Int32Array(101) },
  };
  expectEqual(evaluateCoco([late], ["a"]).AR100, 0, "AR100 of a find in place 101");
});

test("a class without objects has no numbers and does not lower the means, whatever was detected of it", () => {
  const found = {
    truth: { boxes: [0, 0, 10, 10], classes: [0] },
    detections: { boxes: [0, 0, 10, 10, 0, 0, 10, 10], scores: [0.9, 0.9], classes: [0, 1] },
  };
  const { perClass, AP } = evaluateCoco([found], ["there", "absent", "unmentioned"]);
  expectEqual(AP, 1, "AP");
  expect(perClass.map((metrics) => metrics.AP)).toEqual([expect.closeTo(1, 12), NaN, NaN]);
  expect(perClass.map((metrics) => metrics.truths)).toEqual([1, 0, 0]);
});

test("a class that is never detected counts as 0", () => {
  const missed = { ...nothing, truth: { boxes: [0, 0, 10, 10], classes: [0] } };
  expect(evaluateCoco([missed], ["a"])).toMatchObject({ AP: 0, AP50: 0, AR1: 0, AR100: 0, APlarge: NaN });
});

test("crowds and ignored objects are not among a class's truths", () => {
  const boxes = [0, 0, 10, 10, 20, 0, 30, 10, 40, 0, 50, 10];
  const image = { ...nothing, truth: { boxes, classes: [0, 0, 0], crowd: [1, 0, 0], ignore: [false, true, false] } };
  expect(evaluateCoco([image], ["a"]).perClass[0]?.truths).toBe(1);
});

test("without images, or without classes, there are no numbers", () => {
  for (const key of KEYS) {
    expect(evaluateCoco([], ["a"])[key]).toBeNaN();
    expect(evaluateCoco([nothing], [])[key]).toBeNaN();
  }
});

test("given areas of boxes decide an IoU at the threshold, as they do for pycocotools", () => {
  // x, y, width, height: 0.8, 0, 0.4, 1.8 and its upper half. In doubles 0.8 + 0.4 - 0.8 is more than 0.4.
  const right = 0.8 + 0.4;
  const truth = { boxes: [0.8, 0, right, 1.8], classes: [0] };
  const detections = { boxes: [0.8, 0, right, 0.9], scores: [1], classes: [0] };
  const given = { truth: { ...truth, boxAreas: [0.4 * 1.8] }, detections: { ...detections, boxAreas: [0.4 * 0.9] } };
  expectEqual(evaluateCoco([given], ["a"]).AP50, 1, "AP50 with width * height");
  expectEqual(evaluateCoco([{ truth, detections }], ["a"]).AP50, 0, "AP50 with corners alone");
});

describe("equal to the naive twin", () => {
  // Few positions and sizes, so that IoUs tie and meet thresholds; 32 * 32 and 96 * 96 are the borders of the sizes.
  const size = fc.constantFrom(10, 16, 20, 32, 33, 96, 100);
  const box = fc
    .tuple(fc.constantFrom(0, 2, 4, 10), fc.constantFrom(0, 2, 5), size, size)
    .map(([x, y, width, height]) => [x, y, x + width, y + height]);
  const object = fc.record({
    box,
    class: fc.nat(2),
    crowd: fc.constantFrom(false, false, false, true),
    ignore: fc.constantFrom(false, false, false, true),
    area: fc.constantFrom(50, 1023, 1024, 1025, 9215, 9216, 9217),
  });
  const detection = fc.record({ box, class: fc.nat(2), score: fc.constantFrom(0, 0.1, 0.5, 0.7, 0.9, 1) });
  const image = fc
    .tuple(fc.array(object, { maxLength: 6 }), fc.array(detection, { maxLength: 14 }), fc.boolean())
    .map(([objects, found, withAreas]) => ({
      truth: {
        boxes: objects.flatMap((one) => one.box),
        classes: objects.map((one) => one.class),
        crowd: objects.map((one) => one.crowd),
        ignore: objects.map((one) => one.ignore),
        ...(withAreas && { areas: objects.map((one) => one.area) }),
      },
      detections: {
        boxes: found.flatMap((one) => one.box),
        scores: found.map((one) => one.score),
        classes: found.map((one) => one.class),
      },
    }));

  const equalToTwin = (options: CocoOptions) => (images: EvaluationImage[]) => {
    const actual = evaluateCoco(images, ["a", "b", "c", "absent"], options);
    const expected = naiveCoco(images, 4, options);
    for (const key of KEYS) expectEqual(actual[key], expected[key], key);
    expected.perClass.forEach((AP, k) => {
      expectEqual(actual.perClass[k]?.AP ?? -1, AP, `AP of class ${k}`);
    });
  };

  test("for random truth and detections with ties, crowds, ignored objects, empty images and absent classes", () => {
    fc.assert(fc.property(fc.array(image, { maxLength: 4 }), equalToTwin({})), { seed: 7, numRuns: 80 });
  });

  test("with thresholds, sizes, numbers of detections of one's own, and pixels that count inclusively", () => {
    const options: CocoOptions = {
      iouThresholds: [0.3, 0.5, 0.8],
      areaRanges: { small: [0, 1023], medium: [1023, 1025], large: [9216, 9216] },
      maxDetections: 3,
      overlap: "inclusive-box",
    };
    fc.assert(fc.property(fc.array(image, { maxLength: 4 }), equalToTwin(options)), { seed: 8, numRuns: 60 });
  });

  test("for masks, whose areas make an object small or large", () => {
    const [width, height] = [40, 34];
    const withMasks = (one: EvaluationImage, salt: number): EvaluationImage => {
      const masksOf = (boxes: Boxes): Rle[] =>
        Array.from({ length: boxes.length / 4 }, (_, i) => {
          const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = Array.from(boxes as number[]).slice(4 * i);
          const pixels = Uint8Array.from({ length: width * height }, (_, at) => {
            const [x, y] = [at % width, Math.floor(at / width)];
            return Number(x >= x1 && x < x2 && y >= y1 && y < y2 && (x * 7 + y * 3 + salt) % 5 !== 0);
          });
          return encodeMask(pixels, height, width);
        });
      return {
        truth: { ...one.truth, masks: masksOf(one.truth.boxes) },
        detections: { ...one.detections, masks: masksOf(one.detections.boxes) },
      };
    };
    const masked = fc.tuple(image, fc.nat(4)).map(([one, salt]) => withMasks(one, salt));
    fc.assert(fc.property(fc.array(masked, { maxLength: 3 }), equalToTwin({ overlap: "mask" })), {
      seed: 9,
      numRuns: 8,
    });
  });
});

test("masks are asked for by name where an object has none, or one of another size", () => {
  const box = { boxes: [0, 0, 2, 2], classes: [0] };
  const mask = (side: number): Rle => encodeMask(new Uint8Array(side * side).fill(1), side, side);
  const image = (truth: Rle[], detections: Rle[]): EvaluationImage => ({
    truth: { ...box, masks: truth },
    detections: { ...box, scores: [1], masks: detections },
  });
  const evaluate = (one: EvaluationImage) => () => evaluateCoco([one], ["a"], { overlap: "mask" }).AP;
  expect(evaluate(image([mask(4)], [mask(4)]))()).toBeCloseTo(1, 12);
  expect(evaluate(image([mask(4)], []))).toThrow("image 0: detection: 1 classes need 1 masks, got 0");
  expect(evaluate(image([mask(4)], [mask(5)]))).toThrow(
    "image 0: detection 0: masks of an image must have its size, one is 5 x 5, another 4 x 4",
  );
});

interface CocoEntry {
  image_id: number;
  category_id: number;
  bbox?: [number, number, number, number];
  segmentation?: number[][] | { size: [number, number]; counts: number[] | string };
}
interface CocoTruth {
  images: { id: number; width: number; height: number }[];
  categories: { id: number; name: string }[];
  annotations: (CocoEntry & { area: number; iscrowd: number })[];
}

const sample = fileURLToPath(new URL("../../../../../shared/data/eval/coco100/", import.meta.url));

/** The columns of one image's entries; COCO's x, y, width, height become corners, and its areas stay as they are. */
function columns(
  entries: readonly CocoEntry[],
  { categories }: CocoTruth,
): { boxes: number[]; boxAreas: number[]; classes: number[] } {
  const boxes = entries.map(({ bbox = [0, 0, 0, 0] }) => bbox);
  return {
    boxes: boxes.flatMap(([x, y, width, height]) => [x, y, x + width, y + height]),
    boxAreas: boxes.map(([, , width, height]) => width * height),
    classes: entries.map((entry) => categories.findIndex(({ id }) => id === entry.category_id)),
  };
}

function masksOf(entries: readonly CocoEntry[], { width, height }: CocoTruth["images"][number]): Rle[] {
  return entries.map(({ segmentation = [] }) => {
    if (Array.isArray(segmentation)) return rleFromPolygons(segmentation, height, width);
    const { counts } = segmentation;
    return typeof counts === "string" ? rleFromString(counts, height, width) : rleFromCounts(counts, height, width);
  });
}

describe.skipIf(!existsSync(sample))("100 images of COCO have pycocotools' numbers within 1e-12", () => {
  test.each([
    ["boxes", "bbox", "box"],
    ["masks", "segm", "mask"],
  ] as const)("of %s", (_, kind, overlap) => {
    const read = (name: string): unknown => JSON.parse(readFileSync(`${sample}${name}`, "utf8"));
    const all = read("instances_val2014_100.json") as CocoTruth;
    const results = read(`instances_val2014_fake${kind}100_results.json`) as (CocoEntry & { score: number })[];
    const { [kind]: expected } = read("expected.json") as { bbox: CocoSummary; segm: CocoSummary };
    all.images.sort((a, b) => a.id - b.id);
    all.categories.sort((a, b) => a.id - b.id);
    const images = all.images.map((image): EvaluationImage => {
      const truth = all.annotations.filter((entry) => entry.image_id === image.id);
      const found = results.filter((entry) => entry.image_id === image.id);
      const areas = truth.map(({ area }) => area);
      const crowd = truth.map(({ iscrowd }) => iscrowd);
      const masks = (entries: CocoEntry[]) => overlap === "mask" && { masks: masksOf(entries, image) };
      return {
        truth: { ...columns(truth, all), areas, crowd, ...masks(truth) },
        detections: { ...columns(found, all), scores: found.map(({ score }) => score), ...masks(found) },
      };
    });
    const names = all.categories.map(({ name }) => name);
    const metrics = evaluateCoco(images, names, { overlap });
    for (const key of KEYS) expectEqual(metrics[key], expected[key], key);
    expect(metrics.perClass.reduce((sum, { truths }) => sum + truths, 0)).toBe(
      all.annotations.filter(({ iscrowd }) => iscrowd === 0).length,
    );
  });
});
