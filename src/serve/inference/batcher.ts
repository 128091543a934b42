import { givenUp, Refusal } from "../refusal.ts";
import type { Answer, Asked } from "./messages.ts";
import type { Computed } from "./worker.ts";

/** What computes batches, one at a time. */
export interface Computer {
  /** False once it can compute no more. */
  readonly alive: boolean;
  run(asked: readonly Asked[]): Promise<Computed>;
}

export interface BatcherOptions {
  /** How many images are computed at once: the sizes that are compiled, ascending. */
  sizes: readonly number[];
  /** Milliseconds that an image waits for others. */
  delay: number;
  /** Is told of each batch that was computed, and of the milliseconds that its images had waited. */
  onBatch?: (batch: { images: number; milliseconds: number; waited: readonly number[] }) => void;
}

/** An image that waits to be computed. */
interface Job {
  asked: Asked;
  signal: AbortSignal;
  since: number;
  /** A batch that it was in has failed: it is computed by itself, so that it fails nobody else. */
  alone: boolean;
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
  forget: () => void;
}

/**
 * Images that come one by one, computed in batches. As soon as a computer is free, the images that wait go to it, as many as
 * the largest size of a batch that they fill: so a batch is never filled up with nothing, and grows with the load.
 */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #queue: Job[] = [];
  readonly #free = new Set<Computer>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BatcherOptions) {
    this.#options = options;
  }

  /** Images that wait. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Takes a computer in, which is free. */
  add(computer: Computer): void {
    this.#free.add(computer);
    this.#pump();
  }

  /** Gives it no more to compute. */
  remove(computer: Computer): void {
    this.#free.delete(computer);
  }

  /**
   * The answer to an image.
   *
   * @param signal an image that still waits when this is aborted is not computed
   * @throws Refusal if it is aborted, or the image cannot be computed
   */
  submit(asked: Asked, signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(givenUp(signal));
        return;
      }
      const abort = (): void => {
        const at = this.#queue.indexOf(job);
        if (at >= 0) this.#queue.splice(at, 1);
        reject(givenUp(signal));
      };
      signal.addEventListener("abort", abort, { once: true });
      const forget = (): void => { signal.removeEventListener("abort", abort); }; // prettier-ignore
      const job: Job = { asked, signal, since: performance.now(), alone: false, resolve, reject, forget };
      this.#queue.push(job);
      this.#pump();
    });
  }

  #pump(): void {
    for (let [computer] = this.#free; computer && this.#queue.length > 0; [computer] = this.#free) {
      const wait = this.#toWait();
      if (wait > 0) {
        if (!this.#timer) this.#timer = setTimeout(() => { this.#timer = undefined; this.#pump(); }, wait); // prettier-ignore
        return;
      }
      this.#free.delete(computer);
      void this.#compute(computer, this.#nextBatch());
    }
  }

  /** Milliseconds until the images that wait are computed even if no more come. */
  #toWait(): number {
    const [first] = this.#queue;
    const { sizes, delay } = this.#options;
    if (!first || first.alone || this.#queue.length >= (sizes.at(-1) ?? 1)) return 0;
    return Math.ceil(first.since + delay - performance.now());
  }

  #nextBatch(): Job[] {
    const alone = this.#queue.findIndex((job) => job.alone);
    if (alone >= 0) return this.#queue.splice(alone, 1);
    const { sizes } = this.#options;
    const filled = sizes.findLast((size) => size <= this.#queue.length) ?? sizes[0] ?? 1;
    return this.#queue.splice(0, filled);
  }

  async #compute(computer: Computer, jobs: readonly Job[]): Promise<void> {
    const began = performance.now();
    try {
      const { answers, milliseconds } = await computer.run(jobs.map(({ asked }) => asked));
      this.#options.onBatch?.({ images: jobs.length, milliseconds, waited: jobs.map(({ since }) => began - since) });
      jobs.forEach((job, i) => {
        job.forget();
        job.resolve(answers[i] as Answer);
      });
    } catch (error) {
      this.#failed(jobs, error as Error);
    }
    if (computer.alive) this.add(computer);
  }

  #failed(jobs: readonly Job[], error: Error): void {
    if (jobs.length > 1) {
      for (const job of jobs) job.alone = true;
      this.#queue.unshift(...jobs.filter(({ signal }) => !signal.aborted));
      return;
    }
    for (const job of jobs) {
      job.forget();
      job.reject(new Refusal(500, `the model could not compute it: ${error.message}`));
    }
  }
}
