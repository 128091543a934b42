import fc from "fast-check";
import { expect, test } from "vitest";
import { type EvaluationImage, evaluateCoco, evaluateSlices, fieldSlices } from "../../../../src/metrics/index.ts";
import { expectNear } from "../near.ts";
import { randomImages, scene } from "../scenes.ts";

const CLASSES = ["a", "b", "c"];

const at = (x: number): number[] => [x, 0, x + 10, 10];

/** Four images, on two of which everything is found, and one of which has nothing on it. */
const images: EvaluationImage[] = [
  { ...scene([{ box: at(0) }], [{ box: at(0), score: 0.9 }]), fields: { weather: "sun" } },
  { ...scene([{ box: at(0) }, { box: at(20) }], [{ box: at(40), score: 0.8 }]), fields: { weather: "fog" } },
  { ...scene([], [{ box: at(0), score: 0.7 }]), fields: { weather: "sun" } },
  scene([{ box: at(0) }], [{ box: at(0), score: 0.6 }]),
];

test("each slice has its own counts and numbers", () => {
  const near = (value: number): number => expect.closeTo(value, 12) as number;
  expect(evaluateSlices(images, ["cat"], "weather")).toEqual([
    { name: "sun", images: 2, truths: 1, AP: near(1), AP50: near(1), AR100: 1, recall50: 1 },
    { name: "fog", images: 1, truths: 2, AP: 0, AP50: 0, AR100: 0, recall50: 0 },
    { name: "none", images: 1, truths: 1, AP: near(1), AP50: near(1), AR100: 1, recall50: 1 },
  ]);
  expect(evaluateSlices(images, ["cat"], "objects").map((one) => [one.name, one.images, one.truths, one.AP50])).toEqual(
    [
      ["0", 1, 0, NaN],
      ["1", 2, 2, near(1)],
      ["2 to 4", 1, 2, 0],
    ],
  );
});

test("slices of objects tell how many images have such objects", () => {
  const far = scene(
    [{ box: [0, 0, 10, 30] }, { box: [50, 0, 60, 30] }, { box: at(80) }, { box: at(90), ignore: true }],
    [],
  );
  expect(evaluateSlices([far, ...images], ["cat"], "aspect").map((one) => [one.name, one.images, one.truths])).toEqual([
    ["tall", 1, 2],
    ["square", 4, 5],
    ["wide", 0, 0],
  ]);
});

test("a crowded object that is missed lowers the crowded slice alone", () => {
  const truths = [{ box: at(0) }, { box: at(3) }, { box: at(50) }];
  const found = [at(0), at(50)].map((box) => ({ box, score: 0.9 }));
  expect(evaluateSlices([scene(truths, found)], ["cat"], "crowding")).toMatchObject([
    { name: "none", truths: 1, recall50: 1, AP50: expect.closeTo(1, 12) as number },
    { name: "some", truths: 0, recall50: NaN, AP50: NaN },
    { name: "heavy", truths: 2, recall50: 1 / 2, AP50: expect.closeTo(51 / 101, 12) as number },
  ]);
});

test("a detection that found nothing counts in its own slice alone", () => {
  // Surer than the find: in the slice of square boxes the precision is 1/2, in that of wide ones there is nothing to find.
  const image = scene(
    [{ box: at(0) }],
    [
      { box: at(50), score: 0.9 },
      { box: at(0), score: 0.8 },
    ],
  );
  const wide = scene(
    [{ box: at(0) }],
    [
      { box: [50, 0, 90, 10], score: 0.9 },
      { box: at(0), score: 0.8 },
    ],
  );
  const squareOf = (one: EvaluationImage): number | undefined => evaluateSlices([one], ["cat"], "aspect")[1]?.AP50;
  expect(squareOf(image)).toBeCloseTo(1 / 2, 12);
  expect(squareOf(wide)).toBeCloseTo(1, 12);
});

test("a slice by a field of the images has the numbers of those images alone, however it is computed", () => {
  const withFields = randomImages.map((list) =>
    list.map((image, i) => ({ ...image, ...(i % 3 > 0 && { fields: { side: i % 2 ? "left" : "right" } }) })),
  );
  fc.assert(
    fc.property(fc.tuple(withFields, withFields), ([some, more]) => {
      const all = [...some, ...more];
      if (!all.some(({ fields }) => fields)) return;
      const slices = evaluateSlices(all, CLASSES, "side");
      for (const { name, images: count, AP, AP50, AR100, truths } of slices) {
        const alone = all.filter(({ fields }) => (fields?.["side"] ?? "none") === name);
        const coco = evaluateCoco(alone, CLASSES);
        expectNear({ AP, AP50, AR100 }, { AP: coco.AP, AP50: coco.AP50, AR100: coco.AR100 }, name);
        expect(count).toBe(alone.length);
        expect(truths).toBe(coco.perClass.reduce((sum, one) => sum + one.truths, 0));
      }
      expect(slices.reduce((sum, one) => sum + one.images, 0)).toBe(all.length);
      const asObjects = fieldSlices(all, "side").map(({ name, has }) => ({ name, has }));
      for (const [i, { images: _, ...numbers }] of evaluateSlices(all, CLASSES, asObjects).entries()) {
        expectNear(numbers, { ...numbers, AP: slices[i]?.AP, AR100: slices[i]?.AR100, recall50: slices[i]?.recall50 });
      }
    }),
    { seed: 13, numRuns: 60 },
  );
});

test("slices by size are COCO's area ranges, and options are those of COCO's evaluation", () => {
  const options = { maxDetections: 3, iouThresholds: [0.5, 0.7] };
  fc.assert(
    fc.property(randomImages, (list) => {
      const { APsmall, APmedium, APlarge } = evaluateCoco(list, CLASSES, options);
      const slices = evaluateSlices(list, CLASSES, "size", options);
      expectNear(
        slices.map(({ AP }) => AP),
        [APsmall, APmedium, APlarge],
      );
    }),
    { seed: 14, numRuns: 40 },
  );
});

test("recall at IoU 0.5 is told apart from the mean over thresholds", () => {
  const image = scene([{ box: at(0) }], [{ box: [0, 0, 10, 8], score: 1 }]); // found at 0.5, 0.55 ... 0.8
  const [slice] = evaluateSlices([image], ["cat"], "objects");
  expect(slice).toMatchObject({ recall50: 1, AR100: expect.closeTo(0.7, 12) as number });
  expect(evaluateSlices([image], ["cat"], "objects", { iouThresholds: [0.75] })[0]).toMatchObject({ recall50: NaN });
  expect(evaluateSlices([image], ["cat"], "objects", { maxDetections: 99 })[0]).toMatchObject({
    ...{ AR100: NaN, recall50: 1 },
  });
});

test("a field that no image has is answered with what there is", () => {
  expect(() => evaluateSlices(images, ["cat"], "wether")).toThrow(
    'evaluateSlices: no image has a field "wether"; there are size, fine-size, aspect, crowding, objects, weather',
  );
});
