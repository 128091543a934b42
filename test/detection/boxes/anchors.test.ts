import { describe, expect, it } from "vitest";
import { anchorShapes, gridAnchors } from "../../../src/detection/boxes/anchors.ts";
import { oracleCases, type OracleCase, type OracleTensor } from "../support.ts";

interface AnchorCase extends OracleCase {
  input: {
    sizes: number[][];
    aspectRatios: number[][];
    imageSize: [number, number];
    gridSizes: [number, number][];
  };
  expected: OracleTensor;
}

describe("anchors", () => {
  it.each(oracleCases("anchors") as AnchorCase[])("$name equal torchvision's", ({ input, expected }) => {
    const levels = input.gridSizes.map(([height, width], level) => {
      const shapes = anchorShapes(input.sizes[level], input.aspectRatios[level], { rounding: true });
      return gridAnchors(shapes, height, width, input.imageSize[0] / height, { offset: 0 });
    });
    expect(levels.flatMap((level) => Array.from(level))).toEqual(expected.data);
  });

  it("have 9 shapes by default, each of its scale's area and of its ratio height / width", () => {
    const shapes = anchorShapes();
    expect(shapes.length).toBe(9);
    expect(shapes.map(([w, h]) => Math.round(Math.sqrt(w * h)))).toEqual([128, 256, 512, 128, 256, 512, 128, 256, 512]);
    expect(shapes.map(([w, h]) => Math.round((h / w) * 100) / 100)).toEqual([0.5, 0.5, 0.5, 1, 1, 1, 2, 2, 2]);
  });

  it("lie on the middle of cells, row by row, cell by cell, shape by shape", () => {
    const anchors = gridAnchors([[4, 4], [8, 2]], 2, 2, 10); // prettier-ignore
    expect(Array.from(anchors.slice(0, 16))).toEqual([3, 3, 7, 7, 1, 4, 9, 6, 13, 3, 17, 7, 11, 4, 19, 6]);
    expect(Array.from(anchors.slice(16, 20))).toEqual([3, 13, 7, 17]);
    expect(anchors.length).toBe(2 * 2 * 2 * 4);
  });

  it("are none for an empty grid", () => {
    expect(gridAnchors([[4, 4]], 0, 5, 8).length).toBe(0);
  });
});
