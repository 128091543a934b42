import { AnchorkitError } from "../../base/errors.ts";
import { placeOnCanvas, type Framing, type Size } from "../../base/preprocessing.ts";
import type { ImageRecord } from "../dataset.ts";
import { shownPath } from "../files.ts";
import { decodeFrame, frameOf } from "./clipFrames.ts";
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

/**
 * Images of records, or frames of clips (see `flatFrames`), decoded and resized for a canvas; kept in 1 GiB of memory unless
 * another cache is given.
 */
export class ImageStore {
  readonly #records: readonly ImageRecord[];
  readonly #framing: Framing;
  readonly #oversize: number;
  readonly #source: ImageSource;

  /** @throws AnchorkitError for a clip, which is no image */
  constructor(records: readonly ImageRecord[], framing: Framing, options: ImageStoreOptions = {}) {
    requireImages(records);
    const { oversize = 1, cache = memoryCache(MEMORY_LIMIT), ...loading } = options;
    this.#records = records;
    this.#framing = framing;
    this.#oversize = oversize;
    const keyOf = (index: number): ImageKey => {
      const { width, height } = this.sizeOf(index);
      const record = this.record(index);
      const { file, crop } = record;
      const page = frameOf(record)?.page;
      const part = `${crop ? ` of ${crop.join(",")}` : ""}${page === undefined ? "" : ` of picture ${page}`}`;
      return { file, form: `${width}x${height}${part}` };
    };
    const decode = async (index: number): Promise<Uint8Array> => {
      const record = this.record(index);
      const frame = frameOf(record);
      if (frame) return decodeFrame(frame, record, this.sizeOf(index));
      const { file, crop } = record;
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

/**
 * Makes sure that no record is a clip, of which nobody would know which frame is meant.
 *
 * @throws AnchorkitError that names the first clip
 */
export function requireImages(records: readonly ImageRecord[]): void {
  const clip = records.find(({ frames }) => frames !== undefined);
  if (!clip) return;
  throw new AnchorkitError(
    `${shownPath(clip.file)}: is a clip of ${clip.frames?.length ?? 0} frames, not an image; the model cnn-lstm learns clips`,
  );
}
