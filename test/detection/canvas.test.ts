import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { placeOnCanvas, RESIZE_RULES, toCanvas } from "../../src/base/preprocessing.ts";
import { chooseCanvas, fromCanvas } from "../../src/detection/canvas.ts";

const side = fc.integer({ min: 8, max: 2000 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe("fromCanvas", () => {
  it.each(RESIZE_RULES)("takes boxes back to where toCanvas took them from, under %s", (resize) => {
    fc.assert(
      fc.property(
        fc.record({ width: side, height: side }),
        fc.record({ width: side, height: side }),
        fc.tuple(share, share, share, share),
        (image, canvas, [left, top, right, bottom]) => {
          const x1 = left * (image.width - 2);
          const y1 = top * (image.height - 2);
          const box = [
            x1,
            y1,
            x1 + 1 + right * (image.width - x1 - 1),
            y1 + 1 + bottom * (image.height - y1 - 1),
          ] as const;
          const framing = { canvas, resize };
          const placed = toCanvas(box, placeOnCanvas(image, framing));
          const { boxes, scores, classes } = fromCanvas([0, 0, 0, 0, ...placed], [0.9, 0.4], [5, 3], 2, image, framing);
          // The first has no area.
          expect([...scores, ...classes]).toEqual([Math.fround(0.4), 3]);
          box.forEach((corner, i) => {
            expect(boxes[i]).toBeCloseTo(corner, 2);
          });
        },
      ),
    );
  });

  it("clips boxes to the image, and drops those beside it", () => {
    const image = { width: 90, height: 50 };
    const boxesOf = (resize: (typeof RESIZE_RULES)[number], ...boxes: number[]): number[] => [
      ...fromCanvas(boxes, [1, 1], [0, 0], boxes.length / 4, image, { canvas: { width: 45, height: 45 }, resize })
        .boxes,
    ];
    // fit: 45 x 25, 10 pixels down.
    expect(boxesOf("fit", 5, 4, 20, 41, 5, 36, 20, 44)).toEqual([10, 0, 40, 50]);
    // stretch: half as wide, nine tenths as high.
    expect(boxesOf("stretch", 5, 9, 50, 18)).toEqual([10, 10, 90, 20]);
    // crop: 81 x 45, 18 pixels to the left.
    expect(boxesOf("crop", 0, 9, 45, 18)).toEqual([20, 10, 70, 20]);
    expect(boxesOf("crop", -27, 9, 0, 18)).toEqual([0, 10, 20, 20]);
  });
});

it("a canvas has the typical shape of the images, between 1:2 and 2:1, and sides that are multiples of 16", () => {
  const wide = { width: 640, height: 480 };
  expect(chooseCanvas([wide, wide, { width: 100, height: 400 }], 320)).toEqual({ width: 320, height: 240 });
  expect(chooseCanvas([{ width: 100, height: 400 }], 320)).toEqual({ width: 160, height: 320 });
});
