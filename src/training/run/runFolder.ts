import { existsSync } from "node:fs";
import { appendFile, readdir, readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { AnchorkitError, WouldOverwrite } from "../../base/errors.ts";
import { isUnfinished, presentFolder, removeUnfinished, settleFolder, writeFileAtomic } from "../../base/files.ts";
import { lockFolder, type Release } from "../../base/lock.ts";
import { OutputFolder } from "../../base/output/outputFolder.ts";
import { systemErrorAt } from "../../base/systemErrors.ts";
import { readJsonWithin } from "../../core/boundedFiles.ts";
import type { FitValidation } from "../loop/progress.ts";
import { STARTS } from "../start/start.ts";

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
  classes: z.array(z.string()).readonly().optional(),
  /** When, as ISO 8601 has it; runs of old do not say it. */
  began: z.string().optional(),
  budget: Budget.optional(),
  /** What its weights were in the beginning; from scratch unless told. */
  begunWith: z.enum(STARTS).optional(),
  /** The precision that `auto` came to. */
  computedIn: z.enum(["float32", "bfloat16"]).optional(),
});
export type RunConfig = z.infer<typeof RunConfig>;

/** A line of metrics.jsonl; runs of old do not have all of it. */
const MetricsLine = z.looseObject({
  step: z.number().optional(),
  epoch: z.number(),
  elapsed: z.number().optional(),
  loss: z.number().nullable().optional(),
  validationLoss: z.number().nullable().optional(),
  learningRate: z.number().optional(),
  score: z.number().nullable().optional(),
  metrics: z.record(z.string(), z.number().nullable()),
  best: z.boolean(),
  /** Which weights were measured, and the scores of both, where averaged and raw weights are compared. */
  weights: z.enum(["average", "raw"]).optional(),
  scores: z.object({ average: z.number().nullable(), raw: z.number().nullable() }).optional(),
});
export type MetricsLine = z.infer<typeof MetricsLine>;

/**
 * A folder that a training writes: config.json, splits.json, metrics.jsonl, progress.jpg, report.html, TensorBoard's events, and the
 * models best/, last/ and checkpoints/step-000500/. The one place that knows their names.
 */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * The run that a model belongs to: its folder, or best, last or a checkpoint in it. Models without a run are one by
   * themselves.
   */
  static of(path: string): RunFolder {
    const parent = dirname(path);
    const owner = basename(parent) === CHECKPOINTS ? dirname(parent) : parent;
    const isPart = owner !== parent || ["best", "last"].includes(basename(path));
    return new RunFolder(isPart && existsSync(join(owner, CONFIG)) ? owner : path);
  }

  /** The model that did best on the validation images. */
  get best(): string {
    return presentFolder(join(this.path, "best"));
  }

  /** The last model, with what going on needs. */
  get last(): string {
    return presentFolder(join(this.path, "last"));
  }

  /** The model that was kept after so many steps. */
  checkpoint(step: number): string {
    return join(this.path, CHECKPOINTS, `step-${String(step).padStart(6, "0")}`);
  }

  /** The models that were kept so, the oldest first. */
  async checkpoints(): Promise<{ step: number; folder: string }[]> {
    const names = await readdir(join(this.path, CHECKPOINTS)).catch(() => []);
    const steps = names.flatMap((name) => /^step-(\d{6,})$/.exec(name)?.[1] ?? []).map(Number);
    return steps.sort((a, b) => a - b).map((step) => ({ step, folder: this.checkpoint(step) }));
  }

  /** Drops the oldest of them, so that so many are left. */
  async keepCheckpoints(count: number): Promise<void> {
    for (const { folder } of (await this.checkpoints()).slice(0, -count)) await rm(folder, { recursive: true });
  }

  /** What TensorBoard reads. */
  get events(): string {
    return join(this.path, EVENTS);
  }

  /** Which image was in train, val and test; see data/split/manifest.ts. */
  get splits(): string {
    return join(this.path, SPLITS);
  }

  /** What was found in a few validation images, from the first validation to the last. */
  get progress(): string {
    return join(this.path, PROGRESS);
  }

  get report(): string {
    return join(this.path, REPORT);
  }

  get config(): string {
    return join(this.path, CONFIG);
  }

  get metrics(): string {
    return join(this.path, METRICS);
  }

  /** Puts right what a crash has left half done; only for who holds the lock. */
  async settle(): Promise<void> {
    const names = await readdir(join(this.path, CHECKPOINTS)).catch(() => []);
    const kept = names.flatMap((name) => /^(step-\d{6,})(\.new|\.old)?$/.exec(name)?.[1] ?? []);
    const models = ["best", "last", ...new Set(kept.map((name) => join(CHECKPOINTS, name)))];
    for (const model of models) await settleFolder(join(this.path, model));
    await removeUnfinished(this.path);
  }

  /** @throws AnchorkitError if the run was removed or moved while it was being written */
  requirePresent(): void {
    if (existsSync(this.config)) return;
    throw new AnchorkitError(
      `${this.config}: is gone: the run's folder was removed or moved while the training wrote to it; move it back, or begin anew`,
    );
  }

  /** Whether a training has left weights here. */
  holdsTraining(): boolean {
    return existsSync(this.best) || existsSync(this.last);
  }

  /**
   * Makes sure that a new training may be written here. Changes nothing.
   *
   * @param options what is read by it, and whether a training that is there may be replaced
   * @throws AnchorkitError for a folder that is read or cannot be written to, or where another's files would go;
   * WouldOverwrite where there is a training, or a file that no training has written
   */
  async requireFree({
    inputs,
    overwrite = false,
  }: {
    inputs: readonly string[];
    overwrite?: boolean | undefined;
  }): Promise<OutputFolder> {
    const options = { command: "detect train", inputs, overwrite, results: true };
    const output = await OutputFolder.open(this.path, options);
    if (this.holdsTraining() && !overwrite) {
      throw new WouldOverwrite(`${this.path}: holds a training already; go on with it, or give another folder`);
    }
    await output.requireFree([...FILES, ...(await this.#modelFiles(output))]);
    return output;
  }

  /** Takes the place of what an earlier training has left, where that may be. */
  async begin(output: OutputFolder): Promise<void> {
    // its description first: what is left of it, should this be cut short, is then no run that could go on
    for (const name of [CONFIG, ...MODELS, CHECKPOINTS, REPORT, PROGRESS, EVENTS])
      await rm(join(this.path, name), { recursive: true, force: true });
    await output.announce([...FILES, "best", "last", CHECKPOINTS]);
  }

  /** The files of the models, by their names in the run; what a training of ours was writing when it died is nothing. */
  async #modelFiles(output: OutputFolder): Promise<string[]> {
    const files: string[] = [];
    const kept = await readdir(join(this.path, CHECKPOINTS)).catch(() => []);
    for (const model of [...MODELS, ...kept.map((name) => join(CHECKPOINTS, name))]) {
      const names = (await readdir(join(this.path, model)).catch(() => [])).filter((name) => !isUnfinished(name));
      const other = names.find((name) => !/\.(json|bin)$/.test(name));
      if (other !== undefined) {
        const folder = join(this.path, model);
        throw new AnchorkitError(`${folder}: holds ${other}, which is no part of a model; give another folder`);
      }
      const isUnfinishedModel = model.endsWith(".new") && (await output.isOwn(model.slice(0, -".new".length)));
      if (!isUnfinishedModel) files.push(...names.map((name) => join(model, name)));
    }
    return files;
  }

  /**
   * Keeps other trainings out of the folder, which is made if need be, until what it gives back is called. A folder that
   * is empty then is removed.
   *
   * @throws AnchorkitError if another training holds it, or it cannot be made
   */
  lock(): Promise<Release> {
    return lockFolder(this.path, "another training");
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

  /** Leaves in metrics.jsonl what was measured up to this step: nothing of a training that begins. */
  async keepMetrics(step: number): Promise<void> {
    const lines = step > 0 && existsSync(this.metrics) ? await this.#metricsLines() : [];
    const kept = lines.filter(({ line }) => (line.step ?? 0) <= step); // runs of old do not say it
    await writeFileAtomic(this.metrics, kept.map(({ text }) => `${text}\n`).join(""));
  }

  /** Adds a line to metrics.jsonl. */
  async appendMetrics(validation: FitValidation): Promise<void> {
    await appendFile(this.metrics, `${JSON.stringify(validation)}\n`).catch((error: unknown) => {
      throw systemErrorAt(error, this.metrics);
    });
  }

  /** What each validation measured; a line that a crash has cut off is left out. */
  async readMetrics(): Promise<MetricsLine[]> {
    return (await this.#metricsLines()).map(({ line }) => line);
  }

  async #metricsLines(): Promise<{ text: string; line: MetricsLine }[]> {
    const texts = (await readFile(this.metrics, "utf8")).split("\n").filter((text) => text !== "");
    return texts.flatMap((text) => {
      try {
        return [{ text, line: MetricsLine.parse(JSON.parse(text)) }];
      } catch {
        return [];
      }
    });
  }
}

const [CONFIG, SPLITS, METRICS, REPORT] = ["config.json", "splits.json", "metrics.jsonl", "report.html"];
/** One file for a run and all its sessions: TensorBoard knows its files by a part of the name. */
const EVENTS = "events.out.tfevents.anchorkit";
const CHECKPOINTS = "checkpoints";
const PROGRESS = "progress.jpg";
const FILES = [CONFIG, SPLITS, METRICS, REPORT, PROGRESS, EVENTS];
/** Folders, and what crashes may leave of them; see `writeFolderAtomic`. */
const MODELS = ["best", "last", "best.new", "last.new", "best.old", "last.old"];
