import type { ResultBox } from "./boxLayout.ts";
import { rowsByImage } from "./rowsByImage.ts";

const FIRST_ROWS = 2 ** 14;

/**
 * Results in columns, of which those that evaluation looks at are kept: each image's best `limit` of each class, among
 * equal scores those that came first (as pycocotools chooses). The rest is thrown out whenever the table has grown by
 * half. All happens in place: the table may be most of what the process holds.
 */
export class ResultTable {
  count = 0;
  images = new Int32Array(FIRST_ROWS);
  classes = new Int32Array(FIRST_ROWS);
  boxes = new Float64Array(4 * FIRST_ROWS);
  boxAreas = new Float64Array(FIRST_ROWS);
  areas = new Float64Array(FIRST_ROWS);
  scores = new Float64Array(FIRST_ROWS);
  records = new Uint32Array(FIRST_ROWS);
  /** Segmentations as the file has them, where masks are asked for. */
  segmentations: unknown[] = [];
  #pruneAt: number;
  readonly #imageCount: number;
  readonly #limit: number;
  readonly #segmented: boolean;

  /**
   * @param limit results kept of each class in each image
   * @param pruneAt rows at which the table is pruned for the first time
   * @param segmented whether segmentations are kept
   */
  constructor(imageCount: number, limit: number, pruneAt: number, segmented: boolean) {
    this.#segmented = segmented;
    this.#imageCount = imageCount;
    this.#limit = limit;
    this.#pruneAt = pruneAt;
  }

  /**
   * @param image index of its image, `k` of its class
   * @param record which record of the file it is
   */
  add(image: number, k: number, box: ResultBox, score: number, record: number, segmentation: unknown): void {
    if (this.count === this.#pruneAt) {
      this.prune();
      this.#pruneAt = Math.max(this.#pruneAt, Math.ceil(1.5 * this.count));
    }
    if (this.count === this.scores.length) this.#grow(Math.min(2 * this.count, this.#pruneAt + 1));
    const place = this.count++;
    this.images[place] = image;
    this.classes[place] = k;
    this.boxes[4 * place] = box.x1;
    this.boxes[4 * place + 1] = box.y1;
    this.boxes[4 * place + 2] = box.x2;
    this.boxes[4 * place + 3] = box.y2;
    this.boxAreas[place] = box.boxArea;
    this.areas[place] = box.area;
    this.scores[place] = score;
    this.records[place] = record;
    if (this.#segmented) this.segmentations[place] = segmentation;
  }

  /** Throws out what is beyond the limit; the others stay in their order. */
  prune(): void {
    const dropped = this.#beyondLimit();
    let kept = 0;
    for (let row = 0; row < dropped.length; row++) {
      if (dropped[row] === 1) continue;
      if (kept < row) this.#move(row, kept);
      kept++;
    }
    this.count = kept;
    if (this.#segmented) this.segmentations.length = kept;
  }

  /**
   * Puts the rows in the order of their images, each image's in the order they came.
   *
   * @returns starts: the rows of image i are starts[i] to before starts[i + 1]
   */
  sortByImage(): Uint32Array {
    const { rows, starts } = rowsByImage(this.images, this.count, this.#imageCount);
    this.#grow(this.count + 1); // one more, to hold a row while others move
    const held = this.count;
    for (let first = 0; first < this.count; first++) {
      if (rows[first] === first) continue;
      this.#move(first, held);
      let place = first;
      for (let row = rows[place] as number; row !== first; row = rows[place] as number) {
        this.#move(row, place);
        rows[place] = place;
        place = row;
      }
      this.#move(held, place);
      rows[place] = place;
    }
    return starts;
  }

  /** 1 for each row that `limit` others of its image and class come before. */
  #beyondLimit(): Uint8Array {
    const dropped = new Uint8Array(this.count);
    const { rows, starts } = rowsByImage(this.images, this.count, this.#imageCount);
    for (let i = 0; i < this.#imageCount; i++) {
      const [from = 0, to = 0] = [starts[i], starts[i + 1]];
      if (to - from <= this.#limit) continue;
      for (const group of this.#byClass(rows.subarray(from, to))) {
        if (group.length <= this.#limit) continue;
        group.sort((a, b) => (this.scores[b] ?? 0) - (this.scores[a] ?? 0)); // stable
        for (const row of group.slice(this.#limit)) dropped[row] = 1;
      }
    }
    return dropped;
  }

  #byClass(rows: Uint32Array): Iterable<number[]> {
    const groups = new Map<number, number[]>();
    for (const row of rows) {
      const k = this.classes[row] ?? 0;
      const group = groups.get(k);
      if (group) group.push(row);
      else groups.set(k, [row]);
    }
    return groups.values();
  }

  #move(from: number, to: number): void {
    this.images[to] = this.images[from] as number;
    this.classes[to] = this.classes[from] as number;
    for (let k = 0; k < 4; k++) this.boxes[4 * to + k] = this.boxes[4 * from + k] as number;
    this.boxAreas[to] = this.boxAreas[from] as number;
    this.areas[to] = this.areas[from] as number;
    this.scores[to] = this.scores[from] as number;
    this.records[to] = this.records[from] as number;
    if (this.#segmented) this.segmentations[to] = this.segmentations[from];
  }

  #grow(rows: number): void {
    if (rows <= this.scores.length) return;
    this.images = extend(this.images, new Int32Array(rows));
    this.classes = extend(this.classes, new Int32Array(rows));
    this.boxes = extend(this.boxes, new Float64Array(4 * rows));
    this.boxAreas = extend(this.boxAreas, new Float64Array(rows));
    this.areas = extend(this.areas, new Float64Array(rows));
    this.scores = extend(this.scores, new Float64Array(rows));
    this.records = extend(this.records, new Uint32Array(rows));
  }
}

function extend<T extends Int32Array | Uint32Array | Float64Array>(column: T, larger: T): T {
  larger.set(column);
  return larger;
}
