import type { ResultTable } from "./resultTable.ts";

/**
 * Results that say the same of the same image as one before them: how many, and which record is the first.
 *
 * @param starts the table's, which is sorted by image
 */
export function findDuplicates(table: ResultTable, starts: Uint32Array): { count: number; first: number } {
  let [count, first] = [0, Infinity];
  for (let i = 0; i + 1 < starts.length; i++) {
    const seen = new Map<number, number>();
    for (let row = starts[i] ?? 0; row < (starts[i + 1] ?? 0); row++) {
      const mixed = mix(table, row);
      const other = seen.get(mixed);
      if (other === undefined) seen.set(mixed, row);
      else if (areSame(table, row, other)) {
        count++;
        first = Math.min(first, table.records[row] ?? 0);
      }
    }
  }
  return { count, first };
}

/** One number of a row's numbers: different rows seldom share it. */
function mix({ classes, boxes, scores }: ResultTable, row: number): number {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = [boxes[4 * row], boxes[4 * row + 1], boxes[4 * row + 2], boxes[4 * row + 3]];
  return (classes[row] ?? 0) + 1e3 * (scores[row] ?? 0) + Math.PI * x1 + Math.E * y1 + Math.SQRT2 * x2 + Math.LN2 * y2;
}

function areSame({ classes, boxes, scores }: ResultTable, a: number, b: number): boolean {
  for (let k = 0; k < 4; k++) if (boxes[4 * a + k] !== boxes[4 * b + k]) return false;
  return classes[a] === classes[b] && scores[a] === scores[b];
}
