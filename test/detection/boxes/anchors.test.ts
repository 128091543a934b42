import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  anchorShapes,
  gridAnchors,
  levelAnchors,
  spreadOverLevels,
  type AnchorLevel,
  type AnchorShape,
} from "../../../src/detection/boxes/anchors.ts";
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

describe("anchors on several levels", () => {
  it("come level after level, cell after cell, shape after shape, and cover a canvas that no stride divides", () => {
    const levels: AnchorLevel[] = [
      { stride: 4, anchors: [[2, 6]] },
      { stride: 8, anchors: [[8, 8], [12, 4]] }, // prettier-ignore
    ];
    const expected = [
      [[1, -1, 3, 5], [5, -1, 7, 5], [9, -1, 11, 5]], // stride 4: centres at 2, 6, 10 and at 2, 6
      [[1, 3, 3, 9], [5, 3, 7, 9], [9, 3, 11, 9]],
      [[0, 0, 8, 8], [-2, 2, 10, 6], [8, 0, 16, 8], [6, 2, 18, 6]], // stride 8: at 4, 12 and at 4
    ]; // prettier-ignore
    expect([...levelAnchors(levels, { width: 10, height: 7 })]).toEqual(expected.flat(2));
  });

  const side = fc.integer({ min: 1, max: 45 });
  const shape = fc.tuple(fc.float({ min: 1, max: 60, noNaN: true }), fc.float({ min: 1, max: 60, noNaN: true }));
  const level = fc.record({
    stride: fc.constantFrom(3, 8, 16, 32),
    anchors: fc.array(shape as fc.Arbitrary<AnchorShape>, { minLength: 1, maxLength: 3 }),
  });

  it("equal a naive loop over the cells that begin on the canvas", () => {
    fc.assert(
      fc.property(fc.array(level, { maxLength: 3 }), side, side, (levels, width, height) => {
        const expected: number[] = [];
        for (const { stride, anchors } of levels) {
          for (let y = 0; y < height; y += stride) {
            for (let x = 0; x < width; x += stride) {
              for (const [w, h] of anchors) {
                const [cx, cy] = [x + stride / 2, y + stride / 2];
                expected.push(cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2);
              }
            }
          }
        }
        expect(levelAnchors(levels, { width, height })).toEqual(Float32Array.from(expected));
      }),
    );
  });
});

describe("shapes spread over levels", () => {
  const shapes = [5, 8, 13, 21, 34].map((side): AnchorShape => [side, side + 1]);

  it("give each stride its share, the smallest to the finest", () => {
    expect(spreadOverLevels(shapes, [8])).toEqual([{ stride: 8, anchors: shapes }]);
    expect(spreadOverLevels(shapes, [8, 16])).toEqual([
      { stride: 8, anchors: [[5, 6], [8, 9]] },
      { stride: 16, anchors: [[13, 14], [21, 22], [34, 35]] },
    ]); // prettier-ignore
  });

  it("are refused where a stride would get none", () => {
    expect(() => spreadOverLevels(shapes.slice(0, 2), [8, 16, 32])).toThrow(
      /^spreadOverLevels: 3 strides need as many shapes or more, got 2$/,
    );
  });
});
