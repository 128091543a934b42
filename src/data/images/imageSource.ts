import { limiter, type Limiter } from "../parallel.ts";
import { noCache, type ImageCache, type ImageKey } from "./imageCache.ts";

export interface LoadingOptions {
  /** Where decoded images are kept, sources may share it. */
  cache?: ImageCache;
  /** Bounds how many images are read and decoded at once, sources may share it; 16 unless told. */
  decoding?: Limiter;
}

/** What a source gives: images by their place in a list. */
export interface SourceImages {
  /** What the cache knows an image by. */
  keyOf(index: number): ImageKey;
  decode(index: number): Promise<Uint8Array>;
}

/**
 * Images that are read and decoded at once unless told otherwise. Sharp's threads do the work (those of Node's pool: 4,
 * or UV_THREADPOOL_SIZE); but from opening a file to its last byte the event loop turns six times, and a training step
 * stops it, so more must be under way than there are threads.
 */
export const DECODED_AT_ONCE = 16;

/**
 * Decoded images as bytes. Each is decoded once while the cache has room; what does not fit is decoded again each time
 * it is asked for. Nothing is kept unless a cache is given.
 */
export class ImageSource {
  readonly #images: SourceImages;
  readonly #cache: ImageCache;
  readonly #decoding: Limiter;
  /** Under way, or read ahead and not asked for yet. */
  readonly #begun = new Map<number, Promise<Uint8Array>>();

  constructor(images: SourceImages, { cache = noCache, decoding = limiter(DECODED_AT_ONCE) }: LoadingOptions = {}) {
    this.#images = images;
    this.#cache = cache;
    this.#decoding = decoding;
  }

  /** Who asks for an image that is under way, or was read ahead, gets that one. */
  async get(index: number): Promise<Uint8Array> {
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

  #begin(index: number): Promise<Uint8Array> {
    const begun = this.#begun.get(index);
    if (begun) return begun;
    const image = this.#read(index);
    this.#begun.set(index, image);
    return image;
  }

  async #read(index: number): Promise<Uint8Array> {
    const decode = () => this.#decoding(() => this.#images.decode(index));
    return this.#cache.get(this.#images.keyOf(index), decode);
  }
}
