import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Batcher } from "./batcher.ts";
import type { Answer, Asked, Opened, OpenTask } from "./messages.ts";
import { Worker } from "./worker.ts";

export interface WorkersOptions {
  count: number;
  /** Milliseconds that an image waits for others. */
  delay: number;
  onBatch: (batch: { images: number; milliseconds: number; waited: readonly number[] }) => void;
  /** A process has ended that should not have; another is started in its place. */
  onDeath: (why: string) => void;
}

/** A model in processes that share its work. */
export class Workers {
  readonly opened: Opened;
  readonly #task: OpenTask;
  readonly #options: WorkersOptions;
  readonly #batcher: Batcher;
  readonly #workers = new Set<Worker>();
  #closed = false;

  private constructor(first: Worker, task: OpenTask, options: WorkersOptions) {
    this.opened = first.opened;
    this.#task = task;
    this.#options = options;
    const { delay, onBatch } = options;
    this.#batcher = new Batcher({ sizes: first.opened.sizes, delay, onBatch });
    this.#take(first);
  }

  /**
   * Opens a model in processes, and has them ready.
   *
   * @throws AnchorkitError if it cannot be opened
   */
  static async start(task: OpenTask, options: WorkersOptions): Promise<Workers> {
    const workers = new Workers(await Worker.start(task, threadsOf(options.count)), task, options);
    try {
      for (let i = 1; i < options.count; i++) workers.#take(await Worker.start(task, threadsOf(options.count)));
      return workers;
    } catch (error) {
      await workers.close();
      throw error;
    }
  }

  /** Images that wait to be computed. */
  get waiting(): number {
    return this.#batcher.waiting;
  }

  /** Whether a process is there to compute. */
  get ready(): boolean {
    return this.#workers.size > 0;
  }

  /** The numbers that the system has for the processes. */
  get pids(): number[] {
    return [...this.#workers].flatMap(({ pid }) => pid ?? []);
  }

  /** See `Batcher.submit`. */
  submit(asked: Asked, signal: AbortSignal): Promise<Answer> {
    return this.#batcher.submit(asked, signal);
  }

  /** Ends the processes; nothing may be under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#workers].map((worker) => worker.close()));
  }

  #take(worker: Worker): void {
    if (this.#closed) {
      void worker.close();
      return;
    }
    this.#workers.add(worker);
    this.#batcher.add(worker);
    void worker.ended.then((how) => {
      this.#workers.delete(worker);
      this.#batcher.remove(worker);
      if (!this.#closed) void this.#replace(how);
    });
  }

  async #replace(why: string): Promise<void> {
    this.#options.onDeath(why);
    for (let pause = 1000; !this.#closed; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      try {
        const worker = await Worker.start(this.#task, threadsOf(this.#options.count));
        this.#take(worker);
        return;
      } catch (error) {
        this.#options.onDeath(`it cannot be started anew: ${(error as Error).message}`);
        await sleep(pause, undefined, { ref: false });
      }
    }
  }
}

const LONGEST_PAUSE = 30_000;

/** Each process has its share of the cores. */
function threadsOf(workers: number): number {
  return Math.max(1, Math.round(availableParallelism() / workers));
}
