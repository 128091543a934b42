import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { presentFolder, writeFileAtomic } from "../../base/files.ts";
import { type Release, takeLock } from "../../base/lock.ts";
import { readJsonWithin } from "../../core/boundedFiles.ts";
import type { FitValidation } from "../loop/progress.ts";

const LARGEST_CONFIG = 64 * 2 ** 20;

const Budget = z.union([
  z.object({ epochs: z.number().positive() }).strict(),
  z.object({ minutes: z.number().positive() }).strict(),
]);

/** The content of config.json: every option as the run was begun with it, and what it ran on. */
const RunConfig = z.looseObject({
  /** The data set, as an absolute path. */
  data: z.string().optional(),
  seed: z.number().optional(),
  budget: Budget.optional(),
});
export type RunConfig = z.infer<typeof RunConfig>;

/** A line of metrics.jsonl; runs of old do not have all of it. */
const MetricsLine = z.looseObject({
  epoch: z.number(),
  loss: z.number().nullable().optional(),
  metrics: z.record(z.string(), z.number().nullable()),
  best: z.boolean(),
});
export type MetricsLine = z.infer<typeof MetricsLine>;

/**
 * A folder that a training writes: config.json, splits.json, metrics.jsonl, report.html, and the models best/ and last/.
 * The one place that knows their names.
 */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The run that a model belongs to: its folder, or best or last in it. Models without a run are one by themselves. */
  static of(path: string): RunFolder {
    const inRun = ["best", "last"].includes(basename(path)) && existsSync(join(dirname(path), CONFIG));
    return new RunFolder(inRun ? dirname(path) : path);
  }

  /** The model that did best on the validation images. */
  get best(): string {
    return presentFolder(join(this.path, "best"));
  }

  /** The last model, with what going on needs. */
  get last(): string {
    return presentFolder(join(this.path, "last"));
  }

  /** Which image was in train, val and test; see data/split/manifest.ts. */
  get splits(): string {
    return join(this.path, "splits.json");
  }

  get report(): string {
    return join(this.path, "report.html");
  }

  get config(): string {
    return join(this.path, CONFIG);
  }

  get metrics(): string {
    return join(this.path, "metrics.jsonl");
  }

  /** Whether a training has left weights here. */
  holdsTraining(): boolean {
    return existsSync(this.best) || existsSync(this.last);
  }

  /**
   * Keeps other trainings out of the folder, which is made if need be, until what it gives back is called. A folder that
   * is empty then is removed.
   *
   * @throws AnchorkitError if another training holds it, or it cannot be made
   */
  async lock(): Promise<Release> {
    let release: Release | undefined;
    try {
      await mkdir(this.path, { recursive: true });
      release = await takeLock(join(this.path, ".lock"));
    } catch (error) {
      throw new AnchorkitError(`${this.path}: cannot be written to: ${messageOf(error)}`);
    }
    if (!release)
      throw new AnchorkitError(`${this.path}: another training is writing to it; wait for it, or take another folder`);
    const unlock = release;
    return async () => {
      await unlock();
      await rmdir(this.path).catch(() => undefined); // what is not empty stays
    };
  }

  /** @throws AnchorkitError if there is no run, or its config.json is damaged */
  async readConfig(): Promise<RunConfig> {
    if (!existsSync(this.config))
      throw new AnchorkitError(`${this.path}: holds no training (there is no ${CONFIG} in it)`);
    return readJsonWithin(this.config, LARGEST_CONFIG, RunConfig);
  }

  /** Writes config.json. */
  async writeConfig(config: RunConfig): Promise<void> {
    await writeFileAtomic(this.config, `${JSON.stringify(config, undefined, 2)}\n`);
  }

  /** Begins metrics.jsonl anew. */
  async clearMetrics(): Promise<void> {
    await writeFileAtomic(this.metrics, "");
  }

  /** Adds a line to metrics.jsonl. */
  async appendMetrics(validation: FitValidation): Promise<void> {
    await appendFile(this.metrics, `${JSON.stringify(validation)}\n`);
  }

  /** What each validation measured; a line that a crash has cut off is left out. */
  async readMetrics(): Promise<MetricsLine[]> {
    const lines = (await readFile(this.metrics, "utf8")).split("\n").filter((line) => line !== "");
    return lines.flatMap((line) => {
      try {
        return [MetricsLine.parse(JSON.parse(line))];
      } catch {
        return [];
      }
    });
  }
}

const CONFIG = "config.json";
