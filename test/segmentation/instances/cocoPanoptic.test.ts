import { describe, expect, it } from "vitest";
import { cocoPanoptic } from "../../../src/segmentation/instances/cocoPanoptic.ts";

const SIZE = { width: 3, height: 2 };

describe("cocoPanoptic", () => {
  it("writes ids as red + 256 green + 65536 blue, with area and box of each segment", () => {
    const id = 7 + 256 * 2 + 65_536 * 200;
    const segments = [
      { id, class: 1 },
      { id: 300, class: 0, crowd: true },
    ];
    const found = cocoPanoptic({ ids: [0, id, id, 300, 0, id], segments }, SIZE, [17, 90]);
    expect([...found.rgb]).toEqual([0, 0, 0, 7, 2, 200, 7, 2, 200, 44, 1, 0, 0, 0, 0, 7, 2, 200]);
    expect(found.segments).toEqual([
      { id, category_id: 90, area: 3, bbox: [1, 0, 2, 2], iscrowd: 0 },
      { id: 300, category_id: 17, area: 1, bbox: [0, 1, 1, 1], iscrowd: 1 },
    ]);
  });

  it("says what a reader of the files could not make sense of", () => {
    const of = (ids: number[], id: number, k = 0) => cocoPanoptic({ ids, segments: [{ id, class: k }] }, SIZE, [1]);
    expect(() => of([0, 0, 4, 0, 0, 0], 1)).toThrow(/^cocoPanoptic: pixel 2: id 4 is no segment's/);
    expect(() => of([0, 0, 0, 0, 0, 0], 1)).toThrow(
      "cocoPanoptic: segments[0]: id 1 has no pixel; leave the segment out",
    );
    expect(() => of([1, 0, 0, 0, 0, 0], 1, 3)).toThrow("cocoPanoptic: segments[0]: class 3 has no category id");
    expect(() => of([1, 0, 0, 0, 0, 0], 2 ** 24)).toThrow("segments[0]: id must be 1 to 16777215, got 16777216");
  });
});
