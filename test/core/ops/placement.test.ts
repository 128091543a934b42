import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { placeOnCanvas, type ResizeRule } from "../../../src/base/preprocessing.ts";
import { boxesFromCanvas, placeBatch } from "../../../src/core/ops/placement.ts";
import { loadEngine } from "../../../src/engine/load.ts";

await loadEngine();

const side = fc.integer({ min: 1, max: 4000 });
const canvas = fc.record({ width: fc.integer({ min: 8, max: 640 }), height: fc.integer({ min: 8, max: 640 }) });
const rule = fc.constantFrom<ResizeRule>("fit", "stretch", "crop", "line");

describe("images on the canvas, within a step", () => {
  it("lie where placeOnCanvas puts them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(side, side), { minLength: 1, maxLength: 5 }),
        canvas,
        rule,
        (sizes, size, resize) => {
          tf.tidy(() => {
            const { scale, offset } = placeBatch(tf.tensor2d(sizes), { canvas: size, resize });
            const [scales, offsets] = [scale.arraySync(), offset.arraySync()];
            sizes.forEach(([width, height], i) => {
              const wanted = placeOnCanvas({ width, height }, { canvas: size, resize });
              expect(scales[i]?.[0]).toBeCloseTo(wanted.scaleX, 4);
              expect(scales[i]?.[1]).toBeCloseTo(wanted.scaleY, 4);
              expect(offsets[i]).toEqual([wanted.offsetX, wanted.offsetY]);
            });
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  it("have halves rounded up", () => {
    // 147 * 64 / 128 is 73.5
    expect(placeOnCanvas({ width: 147, height: 128 }, { canvas: { width: 96, height: 64 }, resize: "fit" }).width).toBe(
      74,
    );
    const { scale } = placeBatch(tf.tensor2d([[147, 128]]), { canvas: { width: 96, height: 64 }, resize: "fit" });
    expect(scale.dataSync()[0]).toBeCloseTo(74 / 147, 6);
  });

  it("give boxes back, cut at their edges", () => {
    const framing = { canvas: { width: 100, height: 100 }, resize: "fit" as const };
    // an image of 200 x 100 is 100 x 50, 25 below the top
    const boxes = boxesFromCanvas(tf.tensor3d([[[10, 30, 20, 50], [-5, 0, 110, 90]]]), tf.tensor2d([[200, 100]]), framing); // prettier-ignore
    expect(boxes.arraySync()).toEqual([[[20, 10, 40, 50], [0, 0, 200, 100]]]); // prettier-ignore
  });

  it("are in no one place where they are seen by windows", () => {
    expect(() => placeBatch(tf.tensor2d([[4, 4]]), { canvas: { width: 8, height: 8 }, resize: "tiles" })).toThrow(
      "windows",
    );
  });
});
