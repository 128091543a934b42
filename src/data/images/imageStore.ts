import { placeOnCanvas, type Framing, type Size } from "../../base/preprocessing.ts";
import type { ImageRecord } from "../dataset.ts";
import { memoryCache, type ImageKey } from "./imageCache.ts";
import { decodeImage } from "./images.ts";
import { ImageSource, type LoadingOptions } from "./imageSource.ts";

/** An image as bytes, red, green and blue of each pixel row by row. */
export interface StoredImage extends Size {
  pixels: Uint8Array;
}

export interface ImageStoreOptions extends LoadingOptions {
  /** Images are kept this much larger than they lie on the canvas (never larger than they are); 1 unless told. */
  oversize?: number;
}

/** Bytes of decoded images in memory unless told otherwise. */
export const MEMORY_LIMIT = 2 ** 30;

/** Images of records, decoded and resized for a canvas; kept in 1 GiB of memory unless another cache is given. */
export class ImageStore {
  readonly #records: readonly ImageRecord[];
  readonly #framing: Framing;
  readonly #oversize: number;
  readonly #source: ImageSource;

  constructor(records: readonly ImageRecord[], framing: Framing, options: ImageStoreOptions = {}) {
    const { oversize = 1, cache = memoryCache(MEMORY_LIMIT), ...loading } = options;
    this.#records = records;
    this.#framing = framing;
    this.#oversize = oversize;
    const keyOf = (index: number): ImageKey => {
      const { width, height } = this.sizeOf(index);
      const { file, crop } = this.record(index);
      return { file, form: `${width}x${height}${crop ? ` of ${crop.join(",")}` : ""}` };
    };
    const decode = async (index: number): Promise<Uint8Array> => {
      const { file, crop } = this.record(index);
      return (await decodeImage(file, { size: this.sizeOf(index), ...(crop && { region: crop }) })).data;
    };
    this.#source = new ImageSource({ keyOf, decode }, { cache, ...loading });
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
    return { ...this.sizeOf(index), pixels: await this.#source.get(index) };
  }

  /** Begins to read an image that will be asked for soon; it stays in memory until then. */
  readAhead(index: number): void {
    this.#source.readAhead(index);
  }
}
