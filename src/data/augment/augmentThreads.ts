import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import { AnchorkitError } from "../../base/errors.ts";
import { startThread } from "../../base/thread.ts";
import type { Sample } from "./apply/augmentImage.ts";
import type { Draw } from "./draw/draw.ts";

/** What a thread needs for one augmented image: the draw, and the images that it names. */
export interface AugmentTask {
  draw: Draw;
  samples: Map<number, Sample>;
}

export interface AugmentAnswer {
  number: number;
  sample?: Sample;
  error?: unknown;
}

interface Pending {
  resolve: (sample: Sample) => void;
  reject: (error: unknown) => void;
}

/**
 * Threads that augment images while a training step blocks the main one. They begin with the first image; how many
 * there are does not change a bit of what comes out.
 */
export class AugmentThreads {
  readonly #count: number;
  readonly #workers: Worker[] = [];
  readonly #pending = new Map<number, Pending>();
  #number = 0;
  #closed = false;

  /** @param threads one less than there are cores, but 1 to 4, unless told */
  constructor(threads = Math.max(1, Math.min(4, availableParallelism() - 1))) {
    this.#count = threads;
  }

  /** As `augmentImage` does it, without masks. */
  augment({ draw, samples }: AugmentTask): Promise<Sample> {
    if (this.#closed) return Promise.reject(stopped());
    const number = this.#number++;
    const worker = (this.#workers[number % this.#count] ??= this.#start());
    return new Promise((resolve, reject) => {
      if (this.#pending.size === 0) for (const each of this.#workers) each.ref();
      this.#pending.set(number, { resolve, reject });
      worker.postMessage({
        number,
        draw,
        samples: new Map([...samples].map(([index, sample]) => [index, bare(sample)])),
      });
    });
  }

  /** Ends the threads; images that are under way, or come later, fail. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#workers.splice(0).map((worker) => worker.terminate()));
    this.#fail(stopped());
  }

  #start(): Worker {
    const worker = startThread("augmentThread", import.meta.url);
    worker.on("message", ({ number, sample, error }: AugmentAnswer) => {
      const pending = this.#pending.get(number);
      this.#pending.delete(number);
      if (this.#pending.size === 0) for (const each of this.#workers) each.unref(); // so that the process may end
      if (sample) pending?.resolve(sample);
      else pending?.reject(error);
    });
    worker.on("error", (error) => {
      this.#fail(error);
    });
    return worker;
  }

  #fail(error: unknown): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

function stopped(): AnchorkitError {
  return new AnchorkitError("augmentation was stopped");
}

/** What is copied for the thread: no other bytes of a shared buffer, nothing else of the record. */
function bare({ image, annotations: { width, height, objects } }: Sample): Sample {
  const { pixels } = image;
  const own = pixels.byteLength === pixels.buffer.byteLength ? pixels : pixels.slice();
  return { image: { width: image.width, height: image.height, pixels: own }, annotations: { width, height, objects } };
}
