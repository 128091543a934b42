import type { ChildProcess } from "node:child_process";
import { AnchorkitError } from "../../base/errors.ts";
import { startProcess } from "../../base/childProcess.ts";
import type { Answer, Asked, Opened, OpenTask, Order, Reply } from "./messages.ts";

/** The answers to a batch, and how long they took to compute. */
export interface Computed {
  answers: Answer[];
  milliseconds: number;
}

/**
 * A process in which a model is open. The engine's calls hold the thread that makes them, and what goes wrong in native code
 * ends the process that it goes wrong in; so it is none that answers requests.
 */
export class Worker {
  readonly #child: ChildProcess;
  /** How the process has ended, by itself or by `close`. */
  readonly ended: Promise<string>;
  #waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | undefined;
  #opened: Opened | undefined;

  private constructor(threads: number) {
    const given = Object.fromEntries(
      ["TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"].map((name) => [name, process.env[name] ?? String(threads)]),
    );
    this.#child = startProcess("inferenceProcess", import.meta.url, given);
    this.#child.on("message", (reply: Reply) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.resolve(reply);
    });
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#waiting?.reject(new AnchorkitError(`the process that computes has ended: ${how}`));
        this.#waiting = undefined;
        resolve(how);
      };
      this.#child.once("error", (error) => { end(error.message); }); // prettier-ignore
      this.#child.once("exit", (code, signal) => { end(signal ?? `code ${code ?? "unknown"}`); }); // prettier-ignore
    });
  }

  /**
   * @param threads that compute
   * @throws AnchorkitError if the model cannot be opened
   */
  static async start(task: OpenTask, threads: number): Promise<Worker> {
    const worker = new Worker(threads);
    try {
      const reply = await worker.#order({ open: task });
      if (!("opened" in reply)) throw new Error("a process did not open its model");
      worker.#opened = reply.opened;
      return worker;
    } catch (error) {
      await worker.close();
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#child.connected;
  }

  get opened(): Opened {
    if (!this.#opened) throw new Error("the model is not open yet");
    return this.#opened;
  }

  /**
   * Computes a batch; one at a time.
   *
   * @throws AnchorkitError if that fails, or the process ends
   */
  async run(asked: readonly Asked[]): Promise<Computed> {
    const stuck = setTimeout(() => this.#child.kill("SIGKILL"), MOST_MS_TO_COMPUTE);
    try {
      const reply = await this.#order({ run: asked });
      if (!("answers" in reply)) throw new Error("a process did not answer");
      return reply;
    } finally {
      clearTimeout(stuck);
    }
  }

  /** Ends the process. */
  async close(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const stuck = setTimeout(() => this.#child.kill("SIGKILL"), MOST_MS_TO_END);
    await this.ended;
    clearTimeout(stuck);
  }

  async #order(order: Order): Promise<Exclude<Reply, { failed: string }>> {
    if (this.#waiting) throw new Error("a process computes one batch at a time");
    const reply = await new Promise<Reply>((resolve, reject) => {
      if (!this.#child.connected) {
        reject(new AnchorkitError("the process that computes has ended"));
        return;
      }
      this.#waiting = { resolve, reject };
      this.#child.send(order);
    });
    if ("failed" in reply) throw new AnchorkitError(reply.failed);
    return reply;
  }
}

/** What takes longer than these is stuck, and its process is ended. */
const MOST_MS_TO_END = 2000;
const MOST_MS_TO_COMPUTE = 120_000;
