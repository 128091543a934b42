import { expect, test } from "vitest";
import { detectionsByClass, truthsByClass } from "../../../../src/metrics/detection/coco/byClass.ts";
import { crowdingSlices } from "../../../../src/metrics/detection/slices/crowdingSlices.ts";
import type { EvaluationImage } from "../../../../src/metrics/index.ts";
import { scene } from "../scenes.ts";

/** The slices of each labelled object and each detection, all of one class. */
function crowding(images: EvaluationImage[]): { truths: string[]; detections: string[] } {
  const slices = crowdingSlices(images);
  const namesOf = (table: Parameters<(typeof slices)[0]["has"]>[0] | undefined): string[] =>
    Array.from(table?.images ?? [], (_, row) =>
      slices
        .filter((slice) => table && slice.has(table, row))
        .map(({ name }) => name)
        .join(),
    );
  return { truths: namesOf(truthsByClass(images, 1)[0]), detections: namesOf(detectionsByClass(images, 1)[0]) };
}

const at = (x: number): number[] => [x, 0, x + 12, 10];

test("an object is as crowded as the highest IoU with a neighbour says", () => {
  // 12 wide: 8 apart is an IoU of 4 / 20 = 0.2, 7 apart of 5 / 19, 12 apart of 0.
  expect(crowding([scene([{ box: at(0) }, { box: at(12) }], [])]).truths).toEqual(["none", "none"]);
  expect(crowding([scene([{ box: at(0) }, { box: at(8) }], [])]).truths).toEqual(["some", "some"]);
  expect(crowding([scene([{ box: at(0) }, { box: at(7) }, { box: at(15) }], [])]).truths).toEqual([
    "heavy",
    "heavy",
    "some",
  ]);
  expect(crowding([scene([{ box: at(0) }], []), scene([{ box: at(0) }], [])]).truths).toEqual(["none", "none"]);
});

test("neighbours may be of any class", () => {
  const image = scene([{ box: at(0) }, { box: at(1), class: 1 }], []);
  const [truths] = truthsByClass([image], 2);
  expect(crowdingSlices([image]).filter((slice) => truths && slice.has(truths, 0))).toMatchObject([{ name: "heavy" }]);
});

test("a detection is as crowded as the object that it overlaps most; without any it is not", () => {
  const truths = [{ box: at(0) }, { box: at(7) }, { box: at(100) }];
  const boxes = [at(-8), at(9), at(95), at(300)].map((box) => ({ box, score: 1 }));
  expect(crowding([scene(truths, boxes)]).detections).toEqual(["heavy", "heavy", "none", "none"]);
  expect(crowding([scene([], [{ box: at(0), score: 1 }])]).detections).toEqual(["none"]);
});
