import fc from "fast-check";
import { expect, test } from "vitest";
import { regionsOf } from "../../../../src/data/formats/masks/labelRegions.ts";
import { decodeMask, encodeMask } from "../../../../src/geometry/masks/encodeMask.ts";

test("a region is the pixels of the same class and object", () => {
  const classes = Uint32Array.of(0, 2, 2, 0, 2, 1);
  const objects = Uint32Array.of(0, 7, 7, 0, 8, 9);
  const regions = regionsOf(classes, objects, { width: 3, height: 2 }, "x");
  expect(regions.map(({ classValue, objectValue, mask }) => [classValue, objectValue, [...decodeMask(mask)]])).toEqual([
    [0, 0, [1, 0, 0, 1, 0, 0]],
    [1, 9, [0, 0, 0, 0, 0, 1]],
    [2, 7, [0, 1, 1, 0, 0, 0]],
    [2, 8, [0, 0, 0, 0, 1, 0]],
  ]);
});

test("whatever the image, regions are what a loop over its values finds", () => {
  const image = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })).chain(([width, height]) => {
    const pixels = fc.option(fc.uint32Array({ max: 3, minLength: width * height, maxLength: width * height }));
    return fc.tuple(fc.constant({ width, height }), pixels, pixels);
  });
  fc.assert(
    fc.property(image, ([size, classes, objects]) => {
      const keys = Array.from({ length: size.width * size.height }, (_, i) =>
        [classes?.[i] ?? 0, objects?.[i] ?? 0].join(),
      );
      const expected = [...new Set(keys)].sort().map((key) => {
        const inside = Uint8Array.from(keys, (other) => (other === key ? 1 : 0));
        return [key, encodeMask(inside, size.height, size.width)];
      });
      const regions = regionsOf(classes ?? undefined, objects ?? undefined, size, "x");
      expect(regions.map(({ classValue, objectValue, mask }) => [[classValue, objectValue].join(), mask])).toEqual(
        expected,
      );
    }),
  );
});

test("an image of too many values is refused", () => {
  const values = Uint32Array.from({ length: 40_000 }, (_, i) => i);
  expect(() => regionsOf(values, undefined, { width: 200, height: 200 }, "a.png")).toThrow(
    /^a\.png: has too many values for a mask: is it a photo\?$/,
  );
});
