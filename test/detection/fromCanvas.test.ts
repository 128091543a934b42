import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toCanvas, type Size, placeOnCanvas, RESIZE_RULES } from "../../src/base/preprocessing.ts";
import { fromCanvas } from "../../src/detection/fromCanvas.ts";

/** One detection, on the canvas as given. */
function back(box: readonly number[], image: Size, canvas: Size): ReturnType<typeof fromCanvas> {
  return fromCanvas({ boxes: [...box], scores: [0.75], classes: [3] }, image, { canvas, resize: "fit" });
}

describe("fromCanvas", () => {
  // 400 x 100 on 100 x 80: a quarter of the size, 27 pixels down (80 - 25 is 55).
  const flat = [{ width: 400, height: 100 }, { width: 100, height: 80 }] as const; // prettier-ignore
  // 30 x 120 on 96 x 64: 16 x 64, 40 pixels to the right.
  const upright = [{ width: 30, height: 120 }, { width: 96, height: 64 }] as const; // prettier-ignore

  it.each([
    ["below a band", flat, [10, 32, 35, 47], [40, 20, 140, 80]],
    ["beside a band", upright, [44, 8, 52, 40], [7.5, 15, 22.5, 75]],
    ["clipped to the image above and left", flat, [-5, 7, 50, 32], [0, 0, 200, 20]],
    ["clipped to the image below and right", upright, [48, 32, 90, 70], [15, 60, 30, 120]],
    ["of the whole canvas is the whole image", upright, [0, 0, 96, 64], [0, 0, 30, 120]],
  ])("a box %s", (_, [image, canvas], box, expected) => {
    const { boxes, scores, classes } = back(box, image, canvas);
    expect([...boxes]).toEqual(expected.map((x) => expect.closeTo(x, 4) as number));
    expect([[...scores], [...classes]]).toEqual([[0.75], [3]]);
  });

  it("drops boxes that lie in the bands around the image, and keeps scores and classes of the others", () => {
    const boxes = [20, 0, 40, 26, 10, 32, 35, 47, 20, 53, 40, 80, 0, 27, 4, 52];
    const [image, canvas] = flat;
    const columns = { boxes, scores: [0.9, 0.8, 0.7, 0.6], classes: [0, 1, 2, 3] };
    const found = fromCanvas(columns, image, { canvas, resize: "fit" });
    expect([...found.boxes]).toEqual([40, 20, 140, 80, 0, 0, 16, 100].map((x) => expect.closeTo(x, 4) as number));
    expect([...found.scores]).toEqual([...Float32Array.of(0.8, 0.6)]);
    expect([...found.classes]).toEqual([1, 3]);
  });

  it("takes a box that was put on the canvas back to where it was", () => {
    const side = fc.integer({ min: 20, max: 800 });
    const size = fc.record({ width: side, height: side });
    const part = fc.double({ min: 0, max: 0.9, noNaN: true });
    fc.assert(
      fc.property(size, size, fc.tuple(part, part, part, part), (image, canvas, [left, top, w, h]) => {
        const x1 = left * image.width;
        const y1 = top * image.height;
        const box = [
          x1,
          y1,
          x1 + (0.1 + w) * 0.99 * (image.width - x1),
          y1 + (0.1 + h) * 0.99 * (image.height - y1),
        ] as const;
        const placed = toCanvas(box, placeOnCanvas(image, { canvas, resize: "fit" }));
        expect([...back(placed, image, canvas).boxes]).toEqual(box.map((x) => expect.closeTo(x, 2) as number));
        // It is on the canvas, within the half pixel that the image's size is rounded by.
        expect(Math.min(...placed)).toBeGreaterThanOrEqual(0);
        expect(placed[2]).toBeLessThanOrEqual(canvas.width);
        expect(placed[3]).toBeLessThanOrEqual(canvas.height);
      }),
    );
  });
});

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
          const { boxes, scores, classes } = fromCanvas(
            { boxes: [0, 0, 0, 0, ...placed], scores: [0.9, 0.4], classes: [5, 3] },
            image,
            framing,
          );
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
      ...fromCanvas(columnsOf(boxes), image, { canvas: { width: 45, height: 45 }, resize }).boxes,
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

function columnsOf(boxes: number[]) {
  const count = boxes.length / 4;
  return { boxes, scores: Array<number>(count).fill(1), classes: Array<number>(count).fill(0) };
}
