import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { heatOnImage, heatPeak } from "../../src/base/heatMap.ts";
import { type Framing, placeOnCanvas, RESIZE_RULES } from "../../src/base/preprocessing.ts";

describe("a heat map on its image", () => {
  it("by hand: a wide image in the middle of a square canvas, between empty bands", () => {
    const framing: Framing = { canvas: { width: 8, height: 8 }, resize: "fit" };
    // 2 x 2 cells of 4 x 4 pixels; the image covers rows 2 to 6, each of its pixels half a pixel of the canvas
    const map = { width: 2, height: 2, values: Float32Array.of(0, 1, 2, 3) };
    const image = { width: 16, height: 8 };
    const heat = heatOnImage(map, image, framing);
    // the pixel (8, 4) has its middle at (4.25, 4.25) on the canvas: 0.5625 cells from the first centres, both ways
    expect(heat[4 * 16 + 8]).toBeCloseTo(0.5625 + 2 * 0.5625, 5);
    // the upper left pixel at (0.25, 2.25): left of the first centres, 0.0625 cells below them
    expect(heat[0]).toBeCloseTo(2 * 0.0625, 5);
    expect(heatPeak(map, image, framing)).toEqual({ x: 12, y: 8, value: 3 });
    expect(heatPeak({ ...map, values: new Float32Array(4) }, image, framing)).toBeUndefined();
  });

  it("is 0 where the image was cut off, and its peak is not there", () => {
    const framing: Framing = { canvas: { width: 8, height: 8 }, resize: "crop" };
    const map = { width: 1, height: 1, values: Float32Array.of(5) };
    const heat = heatOnImage(map, { width: 4, height: 2 }, framing);
    expect([...heat]).toEqual([0, 5, 5, 0, 0, 5, 5, 0]);
    expect(heatPeak(map, { width: 4, height: 2 }, framing)).toEqual({ x: 2, y: 1, value: 5 });
  });

  it("nowhere hotter than at its peak, whatever the shapes, and as hot there", () => {
    const side = fc.integer({ min: 1, max: 40 });
    const cells = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(
        fc.record({ width: side, height: side }),
        fc.record({ width: side, height: side }),
        fc.constantFrom(...RESIZE_RULES),
        fc.record({ width: cells, height: cells }),
        fc.array(fc.nat(9), { minLength: 16, maxLength: 16 }),
        (image, canvas, resize, { width, height }, values) => {
          const map = { width, height, values: Float32Array.from(values.slice(0, width * height)) };
          const framing = { canvas, resize };
          const fine = { width: 4 * image.width, height: 4 * image.height };
          const hottest = heatOnImage(map, image, framing, fine).reduce((most, one) => Math.max(most, one), 0);
          const peak = heatPeak(map, image, framing);
          expect(hottest).toBeLessThanOrEqual((peak?.value ?? 0) + 1e-4);
          if (!peak) return;
          expect(peak.x >= -1e-9 && peak.x <= image.width + 1e-9).toBe(true);
          expect(peak.y >= -1e-9 && peak.y <= image.height + 1e-9).toBe(true);
          // a point image there has the heat of the peak
          const { scaleX, scaleY, offsetX, offsetY } = placeOnCanvas(image, framing);
          const at = (place: number, all: number, count: number): number =>
            Math.min(Math.max((place / all) * count - 0.5, 0), count - 1);
          const x = at(peak.x * scaleX + offsetX, canvas.width, width);
          const y = at(peak.y * scaleY + offsetY, canvas.height, height);
          const near = [Math.floor(y), Math.ceil(y)].flatMap((row) =>
            [Math.floor(x), Math.ceil(x)].map((column) => map.values[row * width + column] ?? 0),
          );
          expect(Math.max(...near)).toBeGreaterThanOrEqual(peak.value - 1e-4);
        },
      ),
      { seed: 4, numRuns: 100 },
    );
  });
});
