import { resolve } from "node:path";
import { Random } from "../../base/random.ts";
import type { CheckedOptions } from "./directoryOptions.ts";
import { CHANNELS, decodeFitted } from "../images/fitImage.ts";
import { ImageSource, type LoadingOptions } from "../images/imageSource.ts";
import { prefetch } from "../prefetch.ts";

/** Images of one size as plain numbers. */
export interface ImagesOfBatch {
  /**
   * n * height * width * channels numbers: image by image, row by row. 0 to 255, but that "bicubic" and the lanczos
   * filters overshoot where floats are asked for.
   */
  images: Float32Array | Uint8Array;
  shape: [n: number, height: number, width: number, channels: number];
  /** Where each image came from. */
  files: string[];
}

/**
 * Items drawn in batches: an iterable that can be gone through again and again, each time one epoch. The order of an
 * epoch depends on the seed and its number alone; every item is in it once.
 */
export class DirectoryBatches<Item extends { file: string }, Batch> implements AsyncIterable<Batch> {
  readonly items: readonly Item[];
  readonly seed: number;
  readonly #batchSize: number;
  readonly #reshuffle: boolean;
  readonly #load: (indices: readonly number[]) => Promise<Batch>;
  #epoch = 0;

  /** @param load makes a batch of the items at these places; begun for the next batch while the caller is busy with the one before */
  constructor(
    items: readonly Item[],
    { seed, batchSize, reshuffle }: { seed: number; batchSize: number; reshuffle: boolean },
    load: (indices: readonly number[]) => Promise<Batch>,
  ) {
    this.items = items;
    this.seed = seed;
    this.#batchSize = batchSize;
    this.#reshuffle = reshuffle;
    this.#load = load;
  }

  /** How many batches an epoch has. */
  get length(): number {
    return Math.ceil(this.items.length / this.#batchSize);
  }

  /** The images, in the order before any epoch is shuffled. */
  get files(): string[] {
    return this.items.map(({ file }) => file);
  }

  /** The batches of one pass over the files. */
  [Symbol.asyncIterator](): AsyncIterator<Batch> {
    const order = [...this.items.keys()];
    if (this.#reshuffle) new Random(this.seed).fork(`epoch ${this.#epoch++}`).shuffle(order);
    const batches = Array.from({ length: this.length }, (_, i) =>
      order.slice(i * this.#batchSize, (i + 1) * this.#batchSize),
    );
    return prefetch(batches, 2, this.#load);
  }
}

/** The images of files, each as the bytes of its numbers: floats, or bytes that are rounded and clipped. */
export function imagesOf(
  files: readonly string[],
  { fitted, dtype }: CheckedOptions,
  loading: LoadingOptions,
): ImageSource {
  const form = JSON.stringify([fitted, dtype]);
  return new ImageSource(
    {
      keyOf: (index) => ({ file: resolve(files[index] as string), form }),
      async decode(index) {
        const numbers = await decodeFitted(files[index] as string, fitted);
        return dtype === "float32"
          ? new Uint8Array(numbers.buffer)
          : new Uint8Array(Uint8ClampedArray.from(numbers).buffer);
      },
    },
    loading,
  );
}

/** Joins the images of a batch into one array. */
export async function loadImages(
  source: ImageSource,
  indices: readonly number[],
  files: string[],
  { fitted, dtype }: CheckedOptions,
): Promise<ImagesOfBatch> {
  const { width, height } = fitted.size;
  const channels = CHANNELS[fitted.colorMode];
  const count = indices.length * height * width * channels;
  const images = dtype === "uint8" ? new Uint8Array(count) : new Float32Array(count);
  const target = new Uint8Array(images.buffer);
  await Promise.all(
    indices.map(async (index, i) => {
      const bytes = await source.get(index);
      target.set(bytes, i * bytes.byteLength);
    }),
  );
  return { images, shape: [indices.length, height, width, channels], files };
}
