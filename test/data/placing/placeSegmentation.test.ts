import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { decodeImage } from "../../../src/data/images/images.ts";
import type { LabelPlacement } from "../../../src/data/placing/placement.ts";
import { placeSegmentation } from "../../../src/data/placing/placeSegmentation.ts";
import { encodeMask } from "../../../src/geometry/masks/encodeMask.ts";
import { rleFromPolygons } from "../../../src/geometry/masks/polygonMask.ts";

const stored = { width: 40, height: 30 };
// An L, so that no turn or mirroring leaves it as it was; corners in pixels of the stored image.
const outline = [4, 6, 14, 6, 14, 10, 8, 10, 8, 16, 4, 16];

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "EXIF %d: the L and its outline and mask agree in the image as shown",
  async (orientation) => {
    const pixels = maskOf(outline, stored);
    const png = await sharp(
      pixels.map((inside) => inside * 255),
      { raw: { ...stored, channels: 1 } },
    )
      .withMetadata({ orientation })
      .png()
      .toBuffer();
    const shown = await decodeImage(png);
    const size = { width: shown.width, height: shown.height };
    const expected = encodeMask(
      shown.data.filter((_, i) => i % 3 === 0),
      size.height,
      size.width,
    );
    const placement: LabelPlacement = { scaleX: 1, scaleY: 1, orientation, stored };
    const polygons = placeSegmentation([outline], placement, size) as number[][];
    expect(rleFromPolygons(polygons, size.height, size.width)).toEqual(expected);
    expect(placeSegmentation(encodeMask(pixels, 30, 40), placement, size)).toEqual(expected);
  },
);

describe("a resized image", () => {
  const placement: LabelPlacement = { scaleX: 0.5, scaleY: 2, orientation: 1, stored: { width: 20, height: 60 } };
  const size = { width: 20, height: 60 };

  test("scales polygons", () => {
    const placed = placeSegmentation([outline], placement, size);
    expect(placed).toEqual([[2, 12, 7, 12, 7, 20, 4, 20, 4, 32, 2, 32]]);
  });

  test("resizes masks", () => {
    const placed = placeSegmentation(encodeMask(maskOf(outline, stored), 30, 40), placement, size);
    expect(placed).toEqual(encodeMask(maskOf([2, 12, 7, 12, 7, 20, 4, 20, 4, 32, 2, 32], size), 60, 20));
  });

  test("and a mask that was not of its size is left out", () => {
    const mask = encodeMask(maskOf(outline, stored), 30, 40);
    expect(placeSegmentation(mask, { ...placement, scaleX: 1 }, size)).toBeUndefined();
  });
});

describe("polygons are cut at the image's sides", () => {
  const placement: LabelPlacement = { scaleX: 1, scaleY: 1, orientation: 1, stored };
  const place = (...polygons: number[][]) => placeSegmentation(polygons, placement, stored);

  test("those inside stay as they are, to the last digit", () => {
    expect(place([0, 0, 40, 0, 40, 30], [0.1, 0.2, 3.3, 4.4, 5.5, 1.1])).toEqual([
      [0, 0, 40, 0, 40, 30],
      [0.1, 0.2, 3.3, 4.4, 5.5, 1.1],
    ]);
  });

  test("a diamond over a corner becomes the triangle that is inside", () => {
    expect(place([0, -10, 10, 0, 0, 10, -10, 0])).toEqual([[0, 0, 10, 0, 0, 10]]);
  });

  test("one over the right and lower sides", () => {
    expect(place([35, 25, 45, 25, 45, 35, 35, 35])).toEqual([[35, 30, 35, 25, 40, 25, 40, 30]]);
  });

  test("those outside go, and nothing is left of none", () => {
    expect(place([50, 0, 60, 0, 60, 10], outline)).toEqual([outline]);
    expect(place([50, 0, 60, 0, 60, 10])).toBeUndefined();
  });
});

/** The pixels of a polygon whose sides are upright or level, row by row: those whose middle is inside. */
function maskOf(polygon: readonly number[], { width, height }: { width: number; height: number }): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [(i % width) + 0.5, Math.floor(i / width) + 0.5];
    let inside = 0;
    for (let k = 0; k < polygon.length; k += 2) {
      const [ax = 0, ay = 0] = polygon.slice(k, k + 2);
      const [bx = 0, by = 0] = [polygon[(k + 2) % polygon.length], polygon[(k + 3) % polygon.length]];
      if (ax === bx && x < ax && y > Math.min(ay, by) && y < Math.max(ay, by)) inside = 1 - inside;
    }
    return inside;
  });
}
