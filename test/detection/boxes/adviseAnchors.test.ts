import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import type { ImageRecord, LabelledObject } from "../../../src/data/dataset.ts";
import { adviseAnchors } from "../../../src/detection/boxes/adviseAnchors.ts";

/** An image of 640 x 480 with objects of these widths and heights. */
function image(...sides: [number, number][]): ImageRecord {
  const objects = sides.map(([width, height]): LabelledObject => ({
    box: [10, 10, 10 + width, 10 + height],
    class: 0,
  }));
  return { id: 1, file: "/1.jpg", width: 640, height: 480, objects };
}

describe("adviseAnchors", () => {
  it("takes no more shapes than there are kinds of objects, in pixels of the input", () => {
    const advice = adviseAnchors([image([40, 40], [40, 40], [100, 50], [60, 200])], 320, new Random(1));
    expect(advice?.shapes).toEqual([
      [20, 20],
      [50, 25],
      [30, 100],
    ]);
    expect(advice?.fit).toEqual({ count: 3, meanIou: 1, over50: 1 });
    expect(advice?.fits.map(({ count }) => count)).toEqual([3, 5, 7, 9, 12]);
  });

  it("measures the paper's anchors on the same objects", () => {
    // 128 x 128 is one of them; 64 x 64 has an IoU of 1/4 with it, the best there is.
    const usual = adviseAnchors([image([128, 128], [64, 64])], 640, new Random(1))?.usual;
    expect(usual).toEqual({ count: 9, meanIou: (1 + 1 / 4) / 2, over50: 0.5 });
  });

  it("leaves out what is not learnt, and has nothing to say without objects", () => {
    const record = image([40, 40], [80, 80]);
    for (const object of record.objects) object.difficult = true;
    expect(adviseAnchors([record], 320, new Random(1))).toBeUndefined();
  });
});
