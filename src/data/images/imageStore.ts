import { placeOnCanvas, type Framing, type Size } from "../../base/preprocessing.ts";
import type { ImageRecord } from "../dataset.ts";
import { memoryCache, type ImageCache } from "./imageCache.ts";
import { decodeImage } from "./images.ts";
import { limiter, type Limiter } from "../parallel.ts";

/** An image as bytes, red, green and blue of each pixel row by row. */
export interface StoredImage extends Size {
  pixels: Uint8Array;
}

export interface ImageStoreOptions {
  /** Images are kept this much larger than they lie on the canvas (never larger than they are); 1 unless told. */
  oversize?: number;
  /** Where decoded images are kept, stores may share it; 1 GiB of memory unless told. */
  cache?: ImageCache;
  /** Bounds how many images are read and decoded at once, stores may share it; 16 unless told. */
  decoding?: Limiter;
}

/** Bytes of decoded images in memory unless told otherwise. */
export const MEMORY_LIMIT = 2 ** 30;

/**
 * Images that are read and decoded at once unless told otherwise. Sharp's threads do the work (those of Node's pool: 4,
 * or UV_THREADPOOL_SIZE); but from opening a file to its last byte the event loop turns six times, and a training step
 * stops it, so more must be under way than there are threads.
 */
export const DECODED_AT_ONCE = 16;

/**
 * Images decoded and resized for a canvas. Each is decoded once while the cache has room; what does not fit is decoded
 * again each time it is asked for.
 */
export class ImageStore {
  readonly #records: readonly ImageRecord[];
  readonly #framing: Framing;
  readonly #oversize: number;
  readonly #cache: ImageCache;
  readonly #decoding: Limiter;
  /** Under way, or read ahead and not asked for yet. */
  readonly #begun = new Map<number, Promise<StoredImage>>();

  constructor(records: readonly ImageRecord[], framing: Framing, options: ImageStoreOptions = {}) {
    const { oversize = 1, cache = memoryCache(MEMORY_LIMIT), decoding = limiter(DECODED_AT_ONCE) } = options;
    this.#records = records;
    this.#framing = framing;
    this.#oversize = oversize;
    this.#cache = cache;
    this.#decoding = decoding;
  }

  get length(): number {
    return this.#records.length;
  }

  /** Size that image `index` is stored at. */
  sizeOf(index: number): Size {
    const record = this.record(index);
    const { width, height } = placeOnCanvas(record, this.#framing);
    if (this.#oversize === 1) return { width, height };
    const enlarge = (side: number, whole: number): number =>
      Math.max(1, Math.min(Math.round(side * this.#oversize), Math.max(side, whole)));
    return { width: enlarge(width, record.width), height: enlarge(height, record.height) };
  }

  record(index: number): ImageRecord {
    const record = this.#records[index];
    if (!record) throw new RangeError(`ImageStore: no image ${index}, there are ${this.#records.length}`);
    return record;
  }

  /** Who asks for an image that is under way, or was read ahead, gets that one. */
  async get(index: number): Promise<StoredImage> {
    const image = this.#begin(index);
    try {
      return await image;
    } finally {
      if (this.#begun.get(index) === image) this.#begun.delete(index);
    }
  }

  /** Begins to read an image that will be asked for soon; it stays in memory until then. */
  readAhead(index: number): void {
    this.#begin(index).catch(() => undefined); // reported to who asks for it
  }

  #begin(index: number): Promise<StoredImage> {
    const begun = this.#begun.get(index);
    if (begun) return begun;
    const image = this.#read(index);
    this.#begun.set(index, image);
    return image;
  }

  async #read(index: number): Promise<StoredImage> {
    const size = this.sizeOf(index);
    const { file } = this.record(index);
    const decode = () => this.#decoding(async () => (await decodeImage(file, { size })).data);
    return { ...size, pixels: await this.#cache.get({ file, ...size }, decode) };
  }
}
