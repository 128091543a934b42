import type { Answer, Asked, Opened } from "../inference/messages.ts";
import type { Workers } from "../inference/workers.ts";
import type { FoundVersion } from "./findVersion.ts";

/** A version of a model that is open. It can be put out of use while requests are under way: these are answered first. */
export class ModelVersion {
  readonly found: FoundVersion;
  readonly #workers: Workers;
  #users = 0;
  #retire: (() => void) | undefined;

  constructor(found: FoundVersion, workers: Workers) {
    this.found = found;
    this.#workers = workers;
  }

  get version(): number {
    return this.found.version;
  }

  get opened(): Opened {
    return this.#workers.opened;
  }

  /** Whether a process is there to compute. */
  get ready(): boolean {
    return this.#workers.ready;
  }

  /** Images that wait to be computed. */
  get waiting(): number {
    return this.#workers.waiting;
  }

  /** Does something with it; it stays open until that is done. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    this.#users++;
    try {
      return await work();
    } finally {
      this.#users--;
      if (this.#users === 0) this.#retire?.();
    }
  }

  /** See `Batcher.submit`. */
  submit(asked: Asked, signal: AbortSignal): Promise<Answer> {
    return this.#workers.submit(asked, signal);
  }

  /** Closes it once nothing uses it any more. */
  async retire(): Promise<void> {
    if (this.#users > 0) await new Promise<void>((resolve) => (this.#retire = resolve));
    await this.#workers.close();
  }
}
