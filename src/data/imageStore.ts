import { fitToCanvas, type Size } from "../base/preprocessing.ts";
import { decodeImage } from "./images.ts";
import type { ImageRecord } from "./dataset.ts";

/** An image as bytes, red, green and blue of each pixel row by row. */
export interface StoredImage extends Size {
  pixels: Uint8Array;
}

/**
 * Images decoded and resized for a canvas. Each is decoded once and kept while the memory limit allows; what does not
 * fit is decoded again each time it is asked for. Reading several at once uses sharp's threads.
 */
export class ImageStore {
  readonly #records: readonly ImageRecord[];
  readonly #canvas: Size;
  readonly #oversize: number;
  readonly #kept = new Map<number, Promise<StoredImage>>();
  #bytesLeft: number;

  /** @param oversize images are kept this much larger than they fit the canvas (never larger than they are) */
  constructor(
    records: readonly ImageRecord[],
    canvas: Size,
    { oversize = 1, memoryLimit = 2 ** 30 }: { oversize?: number; memoryLimit?: number } = {},
  ) {
    this.#records = records;
    this.#canvas = canvas;
    this.#oversize = oversize;
    this.#bytesLeft = memoryLimit;
  }

  get length(): number {
    return this.#records.length;
  }

  /** Size that image `index` is stored at. */
  sizeOf(index: number): Size {
    const record = this.record(index);
    const fit = fitToCanvas(record, this.#canvas);
    if (this.#oversize === 1) return { width: fit.width, height: fit.height };
    const enlarge = (side: number, whole: number): number =>
      Math.max(1, Math.min(Math.round(side * this.#oversize), Math.max(side, whole)));
    return { width: enlarge(fit.width, record.width), height: enlarge(fit.height, record.height) };
  }

  record(index: number): ImageRecord {
    const record = this.#records[index];
    if (!record) throw new RangeError(`ImageStore: no image ${index}, there are ${this.#records.length}`);
    return record;
  }

  get(index: number): Promise<StoredImage> {
    const kept = this.#kept.get(index);
    if (kept) return kept;
    const size = this.sizeOf(index);
    const image = this.#decode(index, size);
    const bytes = 3 * size.width * size.height;
    if (bytes <= this.#bytesLeft) {
      this.#bytesLeft -= bytes;
      this.#kept.set(index, image);
    }
    return image;
  }

  async #decode(index: number, size: Size): Promise<StoredImage> {
    const { data } = await decodeImage(this.record(index).file, { size });
    return { ...size, pixels: data };
  }
}
