import { Random } from "../../base/random.ts";
import type { CheckedOptions } from "./directoryOptions.ts";
import { CHANNELS, decodeFitted } from "../images/fitImage.ts";
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
  readonly #load: (items: readonly Item[]) => Promise<Batch>;
  #epoch = 0;

  /** @param load makes a batch of its items; begun for the next batch while the caller is busy with the one before */
  constructor(
    items: readonly Item[],
    { seed, batchSize, reshuffle }: { seed: number; batchSize: number; reshuffle: boolean },
    load: (items: readonly Item[]) => Promise<Batch>,
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

  [Symbol.asyncIterator](): AsyncIterator<Batch> {
    const order = [...this.items];
    if (this.#reshuffle) new Random(this.seed).fork(`epoch ${this.#epoch++}`).shuffle(order);
    const batches = Array.from({ length: this.length }, (_, i) =>
      order.slice(i * this.#batchSize, (i + 1) * this.#batchSize),
    );
    return prefetch(batches, 2, this.#load);
  }
}

/** Decodes the images of a batch, all at once in sharp's threads, into one array; bytes are rounded and clipped. */
export async function loadImages(files: string[], { fitted, dtype }: CheckedOptions): Promise<ImagesOfBatch> {
  const { width, height } = fitted.size;
  const channels = CHANNELS[fitted.colorMode];
  const size = height * width * channels;
  const images = dtype === "uint8" ? new Uint8Array(files.length * size) : new Float32Array(files.length * size);
  // Rounds and clips what is set.
  const target = images instanceof Uint8Array ? new Uint8ClampedArray(images.buffer) : images;
  await Promise.all(
    files.map(async (file, i) => {
      target.set(await decodeFitted(file, fitted), i * size);
    }),
  );
  return { images, shape: [files.length, height, width, channels], files };
}
