/** Rows of a table, image after image, each image's in their order. */
interface RowsByImage {
  /** Row numbers. */
  rows: Uint32Array;
  /** The rows of image i are `rows[starts[i]]` to before `rows[starts[i + 1]]`. */
  starts: Uint32Array;
}

/** Sorts the first `count` rows by their image, an index below `imageCount` (a counting sort: stable). */
export function rowsByImage(images: ArrayLike<number>, count: number, imageCount: number): RowsByImage {
  const starts = new Uint32Array(imageCount + 1);
  for (let row = 0; row < count; row++) {
    const next = (images[row] as number) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let i = 1; i <= imageCount; i++) starts[i] = (starts[i] as number) + (starts[i - 1] as number);
  const free = starts.slice();
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) {
    const image = images[row] as number;
    const place = free[image] as number;
    rows[place] = row;
    free[image] = place + 1;
  }
  return { rows, starts };
}

/** A column of doubles in the order of `rows`; `width` of them belong to a row. */
export function gather(column: ArrayLike<number>, rows: Uint32Array, width = 1): Float64Array {
  const result = new Float64Array(rows.length * width);
  let place = 0;
  for (const row of rows) {
    for (let k = row * width; k < (row + 1) * width; k++) result[place++] = column[k] as number;
  }
  return result;
}
