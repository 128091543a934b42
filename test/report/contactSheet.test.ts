import sharp from "sharp";
import { describe, expect, it } from "vitest";

import { classColor } from "../../src/report/colors.ts";
import { contactSheet } from "../../src/report/contactSheet.ts";

const CLASSES = ["mug", "jug"];

describe("contactSheet", () => {
  it("scales images and their boxes to a grid, with found boxes solid and true ones dashed", async () => {
    const image = { data: new Uint8Array(20 * 10 * 3).fill(0x80), width: 20, height: 10 };
    const detections = {
      boxes: Float32Array.of(5, 5, 10, 8),
      scores: Float32Array.of(0.9),
      classes: Int32Array.of(1),
    };
    const sheet = await contactSheet(
      [{ image, detections, title: "one" }, { image, truth: [{ box: [5, 5, 10, 8], class: 0 }] }, { image }],
      CLASSES,
      { tileWidth: 200 },
    );
    const { data, info } = await sharp(await sheet.png().toBuffer())
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.channels]).toEqual([10 + 2 * (200 + 10), 3]); // 3 images: 2 columns
    expect(info.height).toBe(10 + 2 * (150 + 22 + 10) + 22 + 10); // 2 rows and a line of legend
    const at = (x: number, y: number): string =>
      `#${data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3).toString("hex")}`;
    // Images of 20 x 10 become 200 x 100 in a place of 200 x 150: 25 rows free above.
    const [left, top] = [10 + 50, 10 + 25 + 50];
    const line = (x: number): Set<string> => new Set(Array.from({ length: 50 }, (_, i) => at(x + i, top + 29)));
    expect(line(left)).toEqual(new Set([classColor(1)]));
    expect(line(left + 210)).toEqual(new Set([classColor(0), "#000000"]));
    expect(at(left + 25, top + 20)).toBe("#808080");
    expect(at(left, top + 30)).toBe("#808080");
    expect(at(10 + 100, 10 + 182 + 75)).toBe("#808080"); // the third image, in the second row
    expect(at(12, info.height - 21)).toBe(classColor(0)); // the legend
  });

  it("needs an image", async () => {
    await expect(contactSheet([], CLASSES)).rejects.toThrow("contactSheet: needs at least one image, got none");
  });
});
