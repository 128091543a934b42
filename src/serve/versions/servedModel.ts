import type { Logger } from "pino";
import { messageOf } from "../../base/errors.ts";
import { Workers, type WorkersOptions } from "../inference/workers.ts";
import type { ModelSource, Settings } from "../options.ts";
import { busy } from "../refusal.ts";
import { findVersion, type FoundVersion } from "./findVersion.ts";
import { ModelVersion } from "./modelVersion.ts";

/** What a served model tells of. */
export interface ServedModelEvents extends Pick<WorkersOptions, "onBatch" | "onDeath"> {
  /** Another version, or other weights, are in use from now on; or they cannot be opened. */
  onReload: (result: "done" | "failed") => void;
}

/** A model that is served by its name: always its newest version. */
export class ServedModel {
  readonly name: string;
  readonly #path: string;
  readonly #settings: Settings;
  readonly #events: ServedModelEvents;
  readonly #log: Logger;
  #current: ModelVersion | undefined;
  /** Images that were let in and are not answered yet. */
  #admitted = 0;
  /** The files that were opened, or could not be. */
  #seen: string | undefined;
  /** The newest files at the last look: what still changes is not opened yet. */
  #changing: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #looking = Promise.resolve();
  readonly #retiring = new Set<Promise<void>>();

  constructor({ name, path }: ModelSource, settings: Settings, events: ServedModelEvents, log: Logger) {
    this.name = name;
    this.#path = path;
    this.#settings = settings;
    this.#events = events;
    this.#log = log.child({ model: name });
  }

  /**
   * Opens it, and watches it from then on.
   *
   * @throws AnchorkitError if it cannot be opened
   */
  async start(): Promise<void> {
    const found = await findVersion(this.#path);
    this.#seen = found.mark;
    await this.#switchTo(found);
    if (this.#settings.watch > 0) this.#lookLater();
  }

  /** @throws Refusal while it is being opened */
  get current(): ModelVersion {
    if (!this.#current) throw busy(`the model ${this.name} is being opened`);
    return this.#current;
  }

  /** Whether it can answer. */
  get ready(): boolean {
    return this.#current?.ready === true;
  }

  /** Images that wait to be computed. */
  get waiting(): number {
    return this.#current?.waiting ?? 0;
  }

  /**
   * Does something with the version that is in use, for a request of so many images.
   *
   * @throws Refusal if that are more than may wait
   */
  async use<T>(images: number, work: (version: ModelVersion) => Promise<T>): Promise<T> {
    const { current } = this;
    this.requireRoom(images);
    this.#admitted += images;
    try {
      return await current.use(() => work(current));
    } finally {
      this.#admitted -= images;
    }
  }

  /** @throws Refusal if there is no room for so many images: the queue is full */
  requireRoom(images: number): void {
    const { queue, workers, maxBatch } = this.#settings;
    if (this.#admitted + images <= queue + workers * maxBatch) return;
    throw busy(
      `the model ${this.name} has ${this.#admitted} images to compute, and takes no more now; try again later`,
    );
  }

  /** Stops watching it, and closes it once what is under way is done. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
    await Promise.all([...this.#retiring, this.#current?.retire()]);
  }

  #lookLater(): void {
    this.#timer = setTimeout(() => {
      this.#looking = this.#look().finally(() => {
        if (!this.#closed) this.#lookLater();
      });
    }, 1000 * this.#settings.watch);
    this.#timer.unref();
  }

  /** Opens what is new on disk, once it has not changed from one look to the next. */
  async #look(): Promise<void> {
    let found: FoundVersion;
    try {
      found = await findVersion(this.#path);
    } catch (error) {
      this.#log.debug({ reason: messageOf(error) }, "the model's files cannot be found now");
      return;
    }
    const settled = found.mark === this.#changing;
    this.#changing = found.mark;
    if (found.mark === this.#seen || !settled) return;
    this.#seen = found.mark;
    try {
      await this.#switchTo(found);
      this.#events.onReload("done");
    } catch (error) {
      this.#events.onReload("failed");
      this.#log.error({ version: found.version, reason: messageOf(error) }, "a new version cannot be opened");
    }
  }

  /** The old version answers until the new one is ready, and then what it has begun. */
  async #switchTo(found: FoundVersion): Promise<void> {
    const { workers: count, batchDelay: delay, maxBatch, engine, precision } = this.#settings;
    const began = performance.now();
    const { onBatch, onDeath } = this.#events;
    const workers = await Workers.start(
      { path: found.path, maxBatch, engine, precision },
      { count, delay, onBatch, onDeath },
    );
    const before = this.#current;
    this.#current = new ModelVersion(found, workers);
    const seconds = (performance.now() - began) / 1000;
    this.#log.info(
      { version: found.version, path: found.path, seconds, processes: workers.pids },
      "the model is ready",
    );
    if (!before) return;
    const retired = before.retire().finally(() => this.#retiring.delete(retired));
    this.#retiring.add(retired);
  }
}
