import type { ResultBox } from "./boxLayout.ts";
import { type RowsByImage, rowsByImage } from "./rowsByImage.ts";

const FIRST_ROWS = 2 ** 14;

/**
 * Results in columns, of which those that evaluation looks at are kept: each image's best `limit` of each class, among
 * equal scores those that came first (as pycocotools chooses). The rest is thrown out whenever the table has doubled.
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
      this.#pruneAt = Math.max(this.#pruneAt, 2 * this.count);
    }
    if (this.count === this.scores.length) this.#grow();
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
    const kept = Uint32Array.from({ length: this.count }, (_, row) => row).filter((row) => dropped[row] === 0);
    if (kept.length === this.count) return;
    for (const column of [this.images, this.classes, this.boxAreas, this.areas, this.scores, this.records]) {
      for (const [place, row] of kept.entries()) column[place] = column[row] ?? 0;
    }
    for (const [place, row] of kept.entries()) this.boxes.copyWithin(4 * place, 4 * row, 4 * row + 4);
    if (this.#segmented) this.segmentations = Array.from(kept, (row) => this.segmentations[row]);
    this.count = kept.length;
  }

  byImage(): RowsByImage {
    return rowsByImage(this.images, this.count, this.#imageCount);
  }

  /** 1 for each row that `limit` others of its image and class come before. */
  #beyondLimit(): Uint8Array {
    const dropped = new Uint8Array(this.count);
    const { rows, starts } = this.byImage();
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

  #grow(): void {
    const rows = Math.min(2 * this.count, Math.max(this.#pruneAt, this.count + 1));
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
