import fc from "fast-check";
import { expect, test } from "vitest";
import { ResultTable } from "../../../src/data/comparison/resultTable.ts";

const IMAGES = 3;
const row = fc.record({ image: fc.nat(IMAGES - 1), k: fc.nat(2), score: fc.constantFrom(0.1, 0.2, 0.3, 0.9) });

test("what is kept, and its order, is what sorting everything would give, whenever the table is pruned", () => {
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 60 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 20 }),
      (rows, limit, pruneAt) => {
        const table = new ResultTable(IMAGES, limit, pruneAt, true);
        for (const [i, { image, k, score }] of rows.entries()) {
          table.add(
            image,
            k,
            { x1: i, y1: i + 0.1, x2: i + 0.2, y2: i + 0.3, boxArea: -i, area: i / 2 },
            score,
            i,
            `mask ${i}`,
          );
        }
        table.prune();
        const starts = table.sortByImage();
        const kept = Array.from({ length: IMAGES }, (_, image) => bestOf(rows, image, limit));
        const expected = kept.flat();
        expect([...starts]).toEqual([0, 1, 2, 3].map((n) => kept.slice(0, n).flat().length));
        expect([...table.records.subarray(0, table.count)]).toEqual(expected);
        const columns = {
          images: [...table.images.subarray(0, table.count)],
          classes: [...table.classes.subarray(0, table.count)],
          boxes: [...table.boxes.subarray(0, 4 * table.count)],
          boxAreas: [...table.boxAreas.subarray(0, table.count)],
          areas: [...table.areas.subarray(0, table.count)],
          scores: [...table.scores.subarray(0, table.count)],
          masks: table.segmentations.slice(0, table.count),
        };
        expect(columns).toEqual({
          images: expected.map((i) => rows[i]?.image),
          classes: expected.map((i) => rows[i]?.k),
          boxes: expected.flatMap((i) => [i, i + 0.1, i + 0.2, i + 0.3]),
          boxAreas: expected.map((i) => -i),
          areas: expected.map((i) => i / 2),
          scores: expected.map((i) => rows[i]?.score),
          masks: expected.map((i) => `mask ${i}`),
        });
      },
    ),
  );
});

/** Records of an image that are among the best `limit` of their class, the earlier of equal ones, in their order. */
function bestOf(rows: readonly { image: number; k: number; score: number }[], image: number, limit: number): number[] {
  const better = (a: number, b: number) => (rows[b]?.score ?? 0) - (rows[a]?.score ?? 0) || a - b;
  const kept = [0, 1, 2].flatMap((k) => {
    const records = rows.flatMap((one, i) => (one.image === image && one.k === k ? [i] : []));
    return records.sort(better).slice(0, limit);
  });
  return kept.sort((a, b) => a - b);
}
