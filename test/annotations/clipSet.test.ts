import { expect, test } from "vitest";
import { CLIP_CLASSES, CLIP_FRAMES, placesOf } from "../../annotations/drawing/clipSet.ts";
import { Random } from "../../src/base/random.ts";

test("a shape is once in each column and once in each row, whatever its direction, which the order alone tells", () => {
  const every = Array.from({ length: CLIP_FRAMES }, (_, i) => i);
  for (const direction of CLIP_CLASSES) {
    const places = placesOf(new Random(`seed ${direction}`), direction);
    const [columns, rows] = [places.map(([column]) => column), places.map(([, row]) => row)];
    expect(columns.toSorted((a, b) => a - b)).toEqual(every);
    expect(rows.toSorted((a, b) => a - b)).toEqual(every);
    const along = direction === "left" || direction === "right" ? columns : rows;
    const grows = direction === "right" || direction === "down";
    expect(along).toEqual(grows ? every : every.toReversed());
  }
});
