const { ceil, floor, log2, max, min } = Math;

/**
 * Finds the boxes near a box without looking at all of them: the plane is cut into cells of about the typical box, and
 * each cell lists the boxes that were added and touch it. The cells form a square that repeats endlessly over the
 * plane, so that boxes may lie anywhere: far places that share a cell cost time, and never a wrong answer.
 */
export class CellGrid {
  readonly #boxes: Float32Array; // [n, 4]
  readonly #side: number; // columns, and rows; a power of two
  readonly #lists: (number[] | undefined)[]; // [side * side]
  #columnsPerPixel: number;
  #rowsPerPixel: number;

  /**
   * An empty grid, laid out for these boxes.
   * @param boxes n * 4 numbers.
   * @param areas n numbers; boxes of area 0 are never added or asked about, the others are finite, x1 < x2, y1 < y2.
   */
  constructor(boxes: Float32Array, areas: Float32Array) {
    this.#boxes = boxes;
    this.#side = 2 ** ceil(log2(areas.length + 1) / 2); // so about as many cells as boxes
    this.#lists = new Array<number[] | undefined>(this.#side ** 2).fill(undefined);
    const [width, height] = typicalSize(boxes, areas);
    this.#columnsPerPixel = 1 / width;
    this.#rowsPerPixel = 1 / height;
    // Where some boxes are much larger than the rest, larger cells keep the lists in proportion to n.
    while (this.#cellsTouched(areas) > 16 * areas.length) {
      this.#columnsPerPixel /= 2;
      this.#rowsPerPixel /= 2;
    }
  }

  /** Adds a box to the list of every cell that it touches. */
  add(box: number): void {
    const x1 = this.#boxes[4 * box] ?? 0;
    const y1 = this.#boxes[4 * box + 1] ?? 0;
    const columns = this.#columnsTo(this.#boxes[4 * box + 2] ?? 0, x1);
    const rows = this.#rowsTo(this.#boxes[4 * box + 3] ?? 0, y1);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const cell = this.#cellFrom(x1, y1, column, row);
        const list = this.#lists[cell];
        if (list) list.push(box);
        else this.#lists[cell] = [box];
      }
    }
  }

  /**
   * Whether a box near the given one passes the test, which gets the list of one cell after the other. They are the
   * cells that the core of the box touches: what is left of it when a part (0 to 0.5) of its width and height is cut
   * from each side. So every added box that touches the core is in one of the lists or in several, along with others.
   */
  someNear(box: number, cut: number, test: (box: number, near: readonly number[]) => boolean): boolean {
    const x1 = this.#boxes[4 * box] ?? 0;
    const y1 = this.#boxes[4 * box + 1] ?? 0;
    const x2 = this.#boxes[4 * box + 2] ?? 0;
    const y2 = this.#boxes[4 * box + 3] ?? 0;
    const left = x1 + cut * (x2 - x1);
    const top = y1 + cut * (y2 - y1);
    const columns = this.#columnsTo(x2 - cut * (x2 - x1), left);
    const rows = this.#rowsTo(y2 - cut * (y2 - y1), top);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const list = this.#lists[this.#cellFrom(left, top, column, row)];
        if (list && test(box, list)) return true;
      }
    }
    return false;
  }

  /** How many columns there are from one x to another, both included: at most all. */
  #columnsTo(high: number, low: number): number {
    return min(this.#side, floor(high * this.#columnsPerPixel) - floor(low * this.#columnsPerPixel) + 1);
  }

  #rowsTo(high: number, low: number): number {
    return min(this.#side, floor(high * this.#rowsPerPixel) - floor(low * this.#rowsPerPixel) + 1);
  }

  /** The cell so many columns and rows after the one that x and y fall into. */
  #cellFrom(x: number, y: number, column: number, row: number): number {
    const mask = this.#side - 1; // & makes the remainder of any whole number, negative or huge ones too
    const c = (floor(x * this.#columnsPerPixel) + column) & mask;
    const r = (floor(y * this.#rowsPerPixel) + row) & mask;
    return r * this.#side + c;
  }

  #cellsTouched(areas: Float32Array): number {
    let sum = 0;
    for (let i = 0; i < areas.length; i++) {
      if (areas[i] === 0) continue;
      const columns = this.#columnsTo(this.#boxes[4 * i + 2] ?? 0, this.#boxes[4 * i] ?? 0);
      sum += columns * this.#rowsTo(this.#boxes[4 * i + 3] ?? 0, this.#boxes[4 * i + 1] ?? 0);
    }
    return sum;
  }
}

/** The geometric means of the widths and the heights, which a few huge boxes hardly change. */
function typicalSize(boxes: Float32Array, areas: Float32Array): [number, number] {
  let count = 0;
  let logWidth = 0;
  let logHeight = 0;
  for (let i = 0; i < areas.length; i++) {
    if (areas[i] === 0) continue;
    count++;
    logWidth += log2((boxes[4 * i + 2] ?? 0) - (boxes[4 * i] ?? 0));
    logHeight += log2((boxes[4 * i + 3] ?? 0) - (boxes[4 * i + 1] ?? 0));
  }
  return [2 ** (logWidth / max(1, count)), 2 ** (logHeight / max(1, count))];
}
