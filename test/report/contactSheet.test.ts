import sharp from "sharp";
import { describe, expect, it } from "vitest";

import { classColor } from "../../src/report/colors.ts";
import { contactSheet } from "../../src/report/contactSheet.ts";

const CLASSES = ["mug", "jug"];

describe("contactSheet", () => {
  it("scales images and their boxes to a grid, with found boxes solid and true ones dashed", async () => {
    const image = { data: new Uint8Array(20 * 15 * 3).fill(0x80), width: 20, height: 15 };
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
    expect([info.width, info.channels]).toEqual([10 + 2 * (200 + 10), 3]); // as wide as 2 images of 4:3
    expect(info.height).toBe(10 + 2 * (150 + 22 + 10) + 22 + 10); // 2 rows and a line of legend
    const at = (x: number, y: number): string =>
      `#${data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3).toString("hex")}`;
    const [left, top] = [10 + 50, 10 + 50];
    const line = (x: number): Set<string> => new Set(Array.from({ length: 50 }, (_, i) => at(x + i, top + 29)));
    expect(line(left)).toEqual(new Set([classColor(1)]));
    expect(line(left + 210)).toEqual(new Set([classColor(0), "#000000"]));
    expect(at(left + 25, top + 20)).toBe("#808080");
    expect(at(left, top + 30)).toBe("#808080");
    expect(at(10 + 100, 10 + 182 + 75)).toBe("#808080"); // the third image, in the second row, which is not stretched
    expect(at(10 + 205, 10 + 182 + 75)).not.toBe("#808080");
    expect(at(12, info.height - 21)).toBe(classColor(0)); // the legend
  });

  it("places images of all shapes without a gap, and writes a heading over them", async () => {
    const image = (width: number, height: number) => ({
      image: { data: new Uint8Array(width * height * 3).fill(0x80), width, height },
    });
    const shapes = [image(30, 40), image(30, 40), image(40, 30), image(30, 40), image(40, 30), image(80, 20)];
    const options = { tileWidth: 100 };
    const plain = await (await contactSheet(shapes, CLASSES, options)).png().toBuffer();
    const { data, info } = await sharp(plain).raw().toBuffer({ resolveWithObject: true });
    const row = Array.from({ length: info.width - 20 }, (_, x) => data[3 * (40 * info.width + 10 + x)]);
    const images = row.filter((value) => value === 0x80).length;
    expect(images).toBeGreaterThanOrEqual(row.length - 3 * 10 - 2); // all but the margins between them
    const headed = await contactSheet(shapes, CLASSES, { ...options, heading: "6 of 20 images" });
    expect((await sharp(await headed.png().toBuffer()).metadata()).height).toBe(info.height + 22);
  });

  it("leaves names away if told", async () => {
    const image = { data: new Uint8Array(100 * 100 * 3).fill(0x80), width: 100, height: 100 };
    const labels = [{ box: [40, 60, 90, 90] as [number, number, number, number], class: 0 }];
    const colored = async (names: boolean): Promise<number> => {
      const sheet = await contactSheet([{ image, labels }], CLASSES, { names });
      const data = await sharp(await sheet.png().toBuffer())
        .raw()
        .toBuffer();
      const wanted = classColor(0);
      let pixels = 0;
      for (let i = 0; i < data.length; i += 3) if (`#${data.toString("hex", i, i + 3)}` === wanted) pixels++;
      return pixels;
    };
    expect(await colored(false)).toBeLessThan((await colored(true)) - 200);
  });

  it("needs an image", async () => {
    await expect(contactSheet([], CLASSES)).rejects.toThrow("contactSheet: needs at least one image, got none");
  });
});
