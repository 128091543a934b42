import { availableParallelism } from "node:os";
import { parentPort, type Worker } from "node:worker_threads";
import { AnchorkitError } from "./errors.ts";

/** What goes to a thread, and what comes back. */
interface Numbered<Task> {
  number: number;
  task: Task;
}

type Answered<Answer> = { number: number } & ({ answer: Answer } | { error: unknown });

interface Pending<Answer> {
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

export interface ThreadsOptions {
  /** One less than there are cores, but 1 to 4, unless told. */
  count?: number | undefined;
  /** What they do, for the words with which tasks fail that come too late: "augmentation". */
  work: string;
}

/** Threads that work on tasks in turn while the main one is busy. They begin with the first task, and let the process end. */
export class Threads<Task, Answer> {
  readonly #start: () => Worker;
  readonly #count: number;
  readonly #work: string;
  readonly #workers = new Map<number, Worker>();
  readonly #pending = new Map<number, Pending<Answer>>();
  #number = 0;
  #closed = false;

  /** @param start starts a thread whose module calls `answerTasks` */
  constructor(
    start: () => Worker,
    { work, count = Math.max(1, Math.min(4, availableParallelism() - 1)) }: ThreadsOptions,
  ) {
    this.#start = start;
    this.#count = count;
    this.#work = work;
  }

  /** The task is copied for the thread. */
  run(task: Task): Promise<Answer> {
    if (this.#closed) return Promise.reject(this.#stopped());
    const number = this.#number++;
    const worker = this.#workers.get(number % this.#count) ?? this.#begin(number % this.#count);
    return new Promise((resolve, reject) => {
      if (this.#pending.size === 0) for (const each of this.#workers.values()) each.ref();
      this.#pending.set(number, { resolve, reject });
      worker.postMessage({ number, task } satisfies Numbered<Task>);
    });
  }

  /** Ends the threads; tasks that are under way, or come later, fail. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#workers.values()].map((worker) => worker.terminate()));
    this.#fail(this.#stopped());
  }

  #begin(place: number): Worker {
    const worker = this.#start();
    this.#workers.set(place, worker);
    worker.on("message", (answered: Answered<Answer>) => {
      const pending = this.#pending.get(answered.number);
      this.#pending.delete(answered.number);
      if (this.#pending.size === 0) for (const each of this.#workers.values()) each.unref(); // so that the process may end
      if ("answer" in answered) pending?.resolve(answered.answer);
      else pending?.reject(answered.error);
    });
    worker.on("error", (error) => {
      this.#workers.delete(place); // it has ended; the next task begins another
      this.#fail(error);
    });
    return worker;
  }

  #fail(error: unknown): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #stopped(): AnchorkitError {
    return new AnchorkitError(`${this.#work} was stopped`);
  }
}

/** What runs in each of `Threads`: a task comes in, an answer goes out, and with it, uncopied, the memory that is named. */
export function answerTasks<Answer>(
  work: (task: never) => Promise<Answer>,
  memoryOf: (answer: Answer) => readonly ArrayBufferLike[],
): void {
  const port = parentPort;
  port?.on("message", ({ number, task }: Numbered<never>) => {
    work(task).then(
      (answer) => {
        const memory = memoryOf(answer).filter((buffer) => buffer instanceof ArrayBuffer);
        port.postMessage({ number, answer }, memory);
      },
      (error: unknown) => {
        port.postMessage({ number, error });
      },
    );
  });
}
