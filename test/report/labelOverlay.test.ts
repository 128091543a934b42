import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { LabelledObject } from "../../src/data/dataset.ts";
import { encodeMask } from "../../src/geometry/masks/encodeMask.ts";
import { classColor } from "../../src/report/colors.ts";
import { labelOverlay } from "../../src/report/labelOverlay.ts";

const CLASSES = ["mug", "jug"];

/** The overlay on white, and the colour at a pixel of it. */
async function drawn(objects: LabelledObject[], scale = 1): Promise<(x: number, y: number) => string> {
  const svg = labelOverlay(40, 40, objects, CLASSES, { scale, fontSize: 40 }); // no room for labels
  const data = await sharp({ create: { width: 40, height: 40, channels: 3, background: "#ffffff" } })
    .composite([{ input: Buffer.from(svg) }])
    .removeAlpha()
    .raw()
    .toBuffer();
  return (x, y) => `#${data.subarray(3 * (y * 40 + x), 3 * (y * 40 + x) + 3).toString("hex")}`;
}

describe("labelOverlay", () => {
  it("frames objects inside their box, scaled, in the colour of their class", async () => {
    const at = await drawn([{ box: [5, 10, 15, 18], class: 1 }], 2);
    expect([at(10, 30), at(29, 30), at(20, 35)]).toEqual([classColor(1), classColor(1), classColor(1)]);
    expect([at(9, 30), at(30, 30), at(20, 30)]).toEqual(["#ffffff", "#ffffff", "#ffffff"]);
  });

  it("fills polygons so that the image is seen through", async () => {
    const at = await drawn([{ box: [4, 4, 36, 36], class: 0, segmentation: [[4, 4, 36, 4, 4, 36]] }]);
    expect(at(12, 20)).not.toBe("#ffffff");
    expect(at(12, 20)).not.toBe(classColor(0));
    expect(at(30, 30)).toBe("#ffffff");
  });

  it("fills the pixels of masks, at any scale", async () => {
    const mask = new Uint8Array(20 * 20);
    for (let y = 4; y < 10; y++) mask.fill(1, y * 20 + 8, y * 20 + 14);
    const object: LabelledObject = { box: [8, 4, 16, 16], class: 1, segmentation: encodeMask(mask, 20, 20) };
    const at = await drawn([object], 2);
    expect(at(22, 14)).not.toBe("#ffffff");
    expect(at(22, 14)).not.toBe(classColor(1)); // the image is seen through
    expect([at(30, 14), at(22, 26)]).toEqual(["#ffffff", "#ffffff"]);
  });

  it("names classes, and says what is difficult or a crowd", () => {
    const objects: LabelledObject[] = [
      { box: [0, 100, 60, 160], class: 0 },
      { box: [100, 100, 160, 160], class: 1, difficult: true },
      { box: [200, 100, 260, 160], class: 1, crowd: true },
    ];
    const svg = labelOverlay(400, 200, objects, CLASSES, { scale: 1, fontSize: 13 });
    expect(svg.match(/>[^<]+<\/text>/g)).toEqual([">mug</text>", ">jug (difficult)</text>", ">jug (crowd)</text>"]);
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(2);
  });

  it("refuses what is no box, and a class that is not in the list", () => {
    const draw = (object: LabelledObject) => labelOverlay(40, 40, [object], CLASSES, { scale: 1, fontSize: 13 });
    expect(() => draw({ box: [0, NaN, 1, 1], class: 0 })).toThrow(
      "object 1: its box [0, NaN, 1, 1] must be four finite",
    );
    expect(() => draw({ box: [0, 0, 1, 1], class: 2 })).toThrow("class 2 is not one of the 2 classes");
  });
});
