import fc from "fast-check";
import { expect, it } from "vitest";
import { placeOnCanvas, RESIZE_RULES } from "../../../src/base/preprocessing.ts";
import { emptyBatch, setCrop } from "../../../src/data/batches/trainingBatch.ts";

const side = fc.integer({ min: 8, max: 1000 });

it.each(RESIZE_RULES)("under %s, a canvas that shows the image's border asks for no pixel before it", (resize) => {
  fc.assert(
    fc.property(fc.record({ width: side, height: side }), (image) => {
      const canvas = { width: 320, height: 240 };
      const placed = placeOnCanvas(image, { canvas, resize });
      const stored = { width: Math.max(placed.width, 320), height: Math.max(placed.height, 240) };
      const batch = emptyBatch(1, stored, 1, 0);
      setCrop(batch, 0, image, placed, stored, placed, canvas);
      const [y1, x1] = batch.crops as unknown as [number, number];
      // Offsets are whole pixels, and so is where the canvas begins on an image that is stored as it is placed.
      expect(x1 * (stored.width - 1)).toBeCloseTo(-placed.offsetX, 3);
      expect(y1 * (stored.height - 1)).toBeCloseTo(-placed.offsetY, 3);
      if (placed.offsetX === 0) expect(Math.abs(x1)).toBe(0);
      if (placed.offsetY === 0) expect(Math.abs(y1)).toBe(0);
    }),
  );
});
