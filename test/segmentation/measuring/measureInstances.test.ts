import { describe, expect, test } from "vitest";
import { encodeMask } from "../../../src/geometry/masks/encodeMask.ts";
import { IGNORED, type LabelMap } from "../../../src/geometry/masks/labelMap.ts";
import { maskBox } from "../../../src/geometry/masks/maskExtent.ts";
import type { Rle } from "../../../src/geometry/masks/rle.ts";
import type { Instance } from "../../../src/segmentation/instances/instancesOf.ts";
import type { MeasuredImage } from "../../../src/segmentation/measuring/measure.ts";
import { InstanceMeasurement } from "../../../src/segmentation/measuring/measureInstances.ts";

/** Digits, row by row; x does not count. */
function map(...rows: string[]): LabelMap {
  const data = Uint8Array.from(rows.join(""), (digit) => (digit === "x" ? IGNORED : Number(digit)));
  return { width: rows[0]?.length ?? 0, height: rows.length, data };
}

/** The pixels of a picture that have a letter. */
function maskOf(letter: string, ...rows: string[]): Rle {
  const inside = Uint8Array.from(rows.join(""), (one) => Number(one === letter));
  return encodeMask(inside, rows.length, rows[0]?.length ?? 0);
}

function found(mask: Rle, score: number, index = 0): Instance {
  return { mask, class: index, score, box: maskBox(mask) };
}

function measured(
  truth: LabelMap,
  prediction: LabelMap,
  instances: NonNullable<MeasuredImage["instances"]>,
): MeasuredImage {
  return { file: "a.png", size: { width: truth.width, height: truth.height }, truth, prediction, instances };
}

describe("two cells that touch", () => {
  const picture = ["aaabbb..", "aaabbb..", "........"];
  const labels = map("11111100", "11111100", "00000000");
  const [a, b] = [maskOf("a", ...picture), maskOf("b", ...picture)];
  const truth = [a, b].map((mask) => ({ mask, class: 0 }));
  const measure = (objects: Instance[]) => {
    const all = new InstanceMeasurement(["cell"], { things: [0] });
    all.add(measured(labels, labels, { truth, found: objects }));
    return all.metrics();
  };

  test("told apart, both are found", () => {
    const { coco, panoptic } = measure([found(a, 0.9), found(b, 0.8)]);
    expect(coco.AP).toBe(1);
    expect(panoptic.all).toMatchObject({ pq: 1, classes: 1 });
    expect(panoptic.perClass.map(({ name }) => name)).toEqual(["cell"]);
  });

  test("taken for one, neither is: half of it is no match", () => {
    const both = maskOf("c", "cccccc..", "cccccc..", "........");
    const { coco, panoptic } = measure([found(both, 0.9)]);
    expect(coco.AP50).toBeCloseTo(51 / 101, 12); // COCO takes an IoU of exactly a half; of the two, one is missed
    expect(coco.AP75).toBe(0);
    expect(panoptic.perClass[0]).toMatchObject({ truePositives: 0, falsePositives: 1, falseNegatives: 2, pq: 0 });
  });

  test("what is found on the background is wrong", () => {
    const nothing = maskOf("n", "........", "........", "..nnnnnn");
    const { panoptic } = measure([found(a, 0.9), found(b, 0.8), found(nothing, 0.95)]);
    expect(panoptic.perClass[0]).toMatchObject({ truePositives: 2, falsePositives: 1, falseNegatives: 0 });
  });
});

test("what lies on pixels that do not count is no mistake", () => {
  const all = new InstanceMeasurement(["cell"], { things: [0] });
  const cell = maskOf("a", "aa....");
  const there = maskOf("b", "....bb");
  const image = measured(map("110xxx"), map("110011"), {
    truth: [{ mask: cell, class: 0 }],
    found: [found(there, 0.9), found(cell, 0.5)],
  });
  all.add(image);
  const { coco, panoptic } = all.metrics();
  expect(coco.AP).toBeCloseTo(1, 12);
  expect(coco.perClass[0]?.truths).toBe(1);
  expect(panoptic.all.pq).toBe(1);
});

test("stuff is measured from the maps, things from the objects; AP is of things alone", () => {
  const all = new InstanceMeasurement(["sky", "car"], { things: [1] });
  const [left, right] = [maskOf("l", "......", "ll...."), maskOf("r", "......", "....rr")];
  all.add(
    measured(map("111111", "220022"), map("111110", "220022"), {
      truth: [left, right].map((mask) => ({ mask, class: 1 })),
      found: [found(left, 0.9, 1), found(maskOf("s", "ssssss", "......"), 0.3, 0)],
    }),
  );
  const { coco, panoptic } = all.metrics();
  expect(coco.perClass.map(({ name, truths }) => [name, truths])).toEqual([["car", 2]]);
  expect(coco.perClass[0]?.AP50).toBeCloseTo(51 / 101, 12);
  expect(panoptic.stuff).toMatchObject({ classes: 1, pq: 5 / 6 });
  expect(panoptic.things.pq).toBeCloseTo(1 / 1.5, 12);
  expect(panoptic.all.classes).toBe(2);
});

test("of objects that overlap, the surest one has the pixels in panoptic quality", () => {
  const all = new InstanceMeasurement(["cell"], { things: [0] });
  const cell = maskOf("a", "aaaa..");
  const wide = maskOf("w", "wwwwww");
  all.add(
    measured(map("111100"), map("111111"), {
      truth: [{ mask: cell, class: 0 }],
      found: [found(cell, 0.9), found(wide, 0.4)],
    }),
  );
  expect(all.metrics().panoptic.perClass[0]).toMatchObject({ truePositives: 1, falsePositives: 1, pq: 1 / 1.5 });
});

test("images with more objects than are looked at are counted", () => {
  const all = new InstanceMeasurement(["cell"], { things: [0], maxDetections: 1 });
  const [a, b] = [maskOf("a", "a.b"), maskOf("b", "a.b")];
  all.add(measured(map("101"), map("101"), { truth: [a, b].map((mask) => ({ mask, class: 0 })), found: [] }));
  expect(all.metrics().crowded).toBe(1);
});
