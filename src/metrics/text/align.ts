import { AnchorkitError } from "../../base/errors.ts";

/**
 * One step of an alignment: what stands in the truth and what was read in its place. Without `read` it was missed, without
 * `truth` it is extra.
 */
export interface AlignedPair<T> {
  truth?: T;
  read?: T;
}

/**
 * The fewest insertions, deletions and substitutions that turn what was read into the truth (Levenshtein's distance), of
 * any two sequences: the characters of texts, or their words.
 *
 * @example
 * editDistance(Array.from("kitten"), Array.from("sitting")); // 3
 */
export function editDistance<T>(truth: readonly T[], read: readonly T[]): number {
  const { start, truthEnd, readEnd } = differingPart(truth, read);
  let above = Uint32Array.from({ length: readEnd - start + 1 }, (_, j) => j);
  for (let i = start; i < truthEnd; i++) {
    const row = new Uint32Array(above.length);
    row[0] = i - start + 1;
    for (let j = 1; j < row.length; j++) row[j] = distanceAt(above, row, j, truth[i] === read[start + j - 1]);
    above = row;
  }
  return above.at(-1) as number;
}

/**
 * An alignment of as few errors as {@link editDistance} counts. Of several, the one that, from the end on, pairs where it can
 * and otherwise takes something for missed before it takes something for extra.
 *
 * @throws AnchorkitError for sequences so long that it would take more than 200 MB
 */
export function align<T>(truth: readonly T[], read: readonly T[]): AlignedPair<T>[] {
  const { start, truthEnd, readEnd } = differingPart(truth, read);
  const [height, width] = [truthEnd - start + 1, readEnd - start + 1];
  if (height * width > MOST_CELLS) {
    throw new AnchorkitError(
      `align: sequences of ${truth.length} and ${read.length} are too long to be aligned; ` +
        "split them, or count with editDistance alone",
    );
  }
  const rows = [Uint32Array.from({ length: width }, (_, j) => j)];
  for (let i = 1; i < height; i++) {
    const [above, row] = [rows[i - 1] as Uint32Array, new Uint32Array(width)];
    row[0] = i;
    for (let j = 1; j < width; j++) row[j] = distanceAt(above, row, j, truth[start + i - 1] === read[start + j - 1]);
    rows.push(row);
  }
  const at = (i: number, j: number): number => (rows[i] as Uint32Array)[j] as number;
  const truthAt = (i: number): AlignedPair<T> => ({ truth: truth[i] as T });
  const readAt = (j: number): AlignedPair<T> => ({ read: read[j] as T });
  const backwards: AlignedPair<T>[] = [];
  for (let [i, j] = [height - 1, width - 1]; i > 0 || j > 0;) {
    const [t, r] = [start + i - 1, start + j - 1];
    const paired = i > 0 && j > 0 ? at(i - 1, j - 1) + (truth[t] === read[r] ? 0 : 1) : Infinity;
    if (paired === at(i, j)) {
      backwards.push({ ...truthAt(t), ...readAt(r) });
      i--;
      j--;
    } else if (i > 0 && at(i - 1, j) + 1 === at(i, j)) {
      backwards.push(truthAt(t));
      i--;
    } else {
      backwards.push(readAt(r));
      j--;
    }
  }
  const same = (from: number, to: number): AlignedPair<T>[] =>
    truth.slice(from, to).map((one) => ({ truth: one, read: one }));
  return [...same(0, start), ...backwards.reverse(), ...same(truthEnd, truth.length)];
}

const MOST_CELLS = 5e7;

/** What remains without the common beginning and end, which every best alignment can pair. */
function differingPart<T>(truth: readonly T[], read: readonly T[]) {
  const shorter = Math.min(truth.length, read.length);
  let start = 0;
  while (start < shorter && truth[start] === read[start]) start++;
  let after = 0;
  while (after < shorter - start && truth.at(-1 - after) === read.at(-1 - after)) after++;
  return { start, truthEnd: truth.length - after, readEnd: read.length - after };
}

function distanceAt(above: Uint32Array, row: Uint32Array, j: number, same: boolean): number {
  const paired = (above[j - 1] as number) + (same ? 0 : 1);
  return Math.min(paired, (above[j] as number) + 1, (row[j - 1] as number) + 1);
}
