import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toCanvas, placeOnCanvas, RESIZE_RULES, type ResizeRule } from "../../src/base/preprocessing.ts";

describe("the rule fit", () => {
  it.each([
    ["a wider image has a band above and below", [400, 100], [100, 80], [100, 25], [0, 27], [0.25, 0.25]],
    ["a taller one to the left and right", [30, 120], [96, 64], [16, 64], [40, 0], [16 / 30, 64 / 120]],
    ["a smaller one grows", [20, 10], [96, 64], [96, 48], [0, 8], [4.8, 4.8]],
    [
      "sides are whole pixels, and the scale is what they are",
      [70, 33],
      [96, 64],
      [96, 45],
      [0, 9],
      [96 / 70, 45 / 33],
    ],
    ["no side vanishes", [1000, 2], [96, 64], [96, 1], [0, 31], [0.096, 0.5]],
  ])("%s", (_, [w, h], [canvasWidth, canvasHeight], [width, height], [offsetX, offsetY], [scaleX, scaleY]) => {
    const image = { width: w as number, height: h as number };
    const canvas = { width: canvasWidth as number, height: canvasHeight as number };
    const close = (x: number | undefined): unknown => expect.closeTo(x ?? NaN, 6);
    const expected = { width, height, offsetX, offsetY, scaleX: close(scaleX), scaleY: close(scaleY) };
    expect(placeOnCanvas(image, { canvas, resize: "fit" })).toEqual(expected);
  });
});

describe("toCanvas", () => {
  it("scales and moves a box", () => {
    const placement = { scaleX: 0.5, offsetX: 3, scaleY: 2, offsetY: -7 };
    expect(toCanvas([10, 20, 30, 50], placement)).toEqual([8, 33, 18, 93]);
  });

  it("keeps the corners in order after a flip", () => {
    const placement = { scaleX: -0.5, offsetX: 100, scaleY: -2, offsetY: 200 };
    expect(toCanvas([10, 20, 30, 50], placement)).toEqual([85, 100, 95, 160]);
  });
});

const side = fc.integer({ min: 1, max: 3000 });
const size = fc.record({ width: side, height: side });
const canvas = { width: 64, height: 48 };

describe("placeOnCanvas", () => {
  it.each([
    // 90 x 50 is wider than the canvas, 50 x 90 narrower.
    ["fit", 90, 50, { width: 64, height: 36, offsetX: 0, offsetY: 6 }],
    ["fit", 50, 90, { width: 27, height: 48, offsetX: 18, offsetY: 0 }],
    ["stretch", 90, 50, { width: 64, height: 48, offsetX: 0, offsetY: 0 }],
    ["crop", 90, 50, { width: 86, height: 48, offsetX: -11, offsetY: 0 }],
    ["crop", 50, 90, { width: 64, height: 115, offsetX: 0, offsetY: -34 }],
  ] as const)("under %s puts %i x %i at the place worked out by hand", (resize, width, height, expected) => {
    const placed = placeOnCanvas({ width, height }, { canvas, resize });
    expect(placed).toEqual({ ...expected, scaleX: expected.width / width, scaleY: expected.height / height });
  });

  it("lays lines of text at the left, as high as the canvas, and squeezes those that are wider", () => {
    const framing = { canvas: { width: 160, height: 32 }, resize: "line" } as const;
    const placed = { width: 57, height: 32, offsetX: 0, offsetY: 0, scaleX: 57 / 71, scaleY: 0.8 };
    expect(placeOnCanvas({ width: 71, height: 40 }, framing)).toEqual(placed);
    const squeezed = placeOnCanvas({ width: 400, height: 40 }, framing);
    expect(squeezed).toMatchObject({ width: 160, height: 32, offsetX: 0, offsetY: 0, scaleX: 0.4, scaleY: 0.8 });
  });

  it("fits, fills or covers the canvas, with the image in the middle", () => {
    fc.assert(
      fc.property(size, size, fc.constantFrom(...RESIZE_RULES), (image, onto, resize) => {
        const { width, height, offsetX, offsetY } = placeOnCanvas(image, { canvas: onto, resize });
        const spare = [onto.width - width, onto.height - height];
        expect(spare).toContain(0);
        for (const one of spare) {
          if (resize === "fit") expect(one).toBeGreaterThanOrEqual(0);
          if (resize === "stretch") expect(one).toBe(0);
          if (resize === "crop") expect(one).toBeLessThanOrEqual(0);
        }
        expect([offsetX, offsetY]).toEqual(spare.map((one) => Math.floor(one / 2)));
      }),
    );
  });

  it.each<ResizeRule>(["fit", "crop"])("keeps the aspect ratio under %s, to half a pixel", (resize) => {
    fc.assert(
      fc.property(size, size, (image, onto) => {
        const { width, height } = placeOnCanvas(image, { canvas: onto, resize });
        const ratio = image.width / image.height;
        const off = Math.min(Math.abs(width - height * ratio), Math.abs(width / ratio - height));
        expect(width === 1 || height === 1 || off <= 0.5 + 1e-9).toBe(true);
      }),
    );
  });

  it.each(RESIZE_RULES)("takes the whole image to the whole of its place under %s", (resize) => {
    fc.assert(
      fc.property(size, size, (image, onto) => {
        const placed = placeOnCanvas(image, { canvas: onto, resize });
        const { offsetX, offsetY, width, height } = placed;
        const expected = [offsetX, offsetY, offsetX + width, offsetY + height];
        toCanvas([0, 0, image.width, image.height], placed).forEach((corner, i) => {
          expect(corner).toBeCloseTo(expected[i] as number, 6);
        });
      }),
    );
  });
});
