import fc from "fast-check";
import { expect, test } from "vitest";
import { sheetRows } from "../../src/report/sheetRows.ts";

const options = { width: 1000, height: 200, gap: 10, under: 30 };

test("pictures of a row are equally high and fill it", () => {
  const { places } = sheetRows([1.5, 0.75, 1.5, 1.5, 1, 1], options);
  const first = places.filter(({ y }) => y === 0);
  expect(first.length).toBeGreaterThan(2);
  expect(new Set(first.map(({ height }) => height)).size).toBe(1);
  const last = first.at(-1);
  expect((last?.x ?? 0) + (last?.width ?? 0)).toBeGreaterThanOrEqual(998);
});

test("portraits stand closer, so that more of them are in a row", () => {
  const inFirstRow = (aspect: number): number =>
    sheetRows(Array<number>(30).fill(aspect), options).places.filter(({ y }) => y === 0).length;
  expect(inFirstRow(0.75)).toBeGreaterThan(inFirstRow(4 / 3));
});

test("the last row is not stretched, and a number a row is kept", () => {
  expect(sheetRows([1], options).places).toEqual([{ x: 0, y: 0, width: 200, height: 200 }]);
  const five = sheetRows(Array<number>(10).fill(1), { ...options, perRow: 5 });
  expect(five.places.filter(({ y }) => y === 0)).toHaveLength(5);
  expect(five.height).toBe(2 * (192 + 30));
});

test("no two places overlap and none leaves the sheet, whatever the shapes", () => {
  const aspects = fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(aspects, fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }), (shapes, perRow) => {
      const { places, height } = sheetRows(shapes, { ...options, ...(perRow !== undefined && { perRow }) });
      expect(places).toHaveLength(shapes.length);
      for (const [i, place] of places.entries()) {
        expect(place.x + place.width).toBeLessThanOrEqual(options.width);
        expect(place.y + place.height).toBeLessThanOrEqual(height);
        expect(Math.min(place.width, place.height)).toBeGreaterThan(0);
        const next = places[i + 1];
        if (next)
          expect(next.y > place.y ? next.y >= place.y + place.height : next.x > place.x + place.width).toBe(true);
      }
    }),
    { seed: 2 },
  );
});
