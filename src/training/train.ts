import { join } from "node:path";
import { cacheFolder } from "../base/cacheFolder.ts";
import { AnchorkitError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { AugmentThreads } from "../data/augment/augmentThreads.ts";
import type { Dataset } from "../data/dataset.ts";
import { checkImages } from "../data/images/checkImages.ts";
import type { ImageCache } from "../data/images/imageCache.ts";
import { DECODED_AT_ONCE } from "../data/images/imageSource.ts";
import { openImageCache, type CacheKind } from "../data/images/openImageCache.ts";
import { limiter, type Limiter } from "../data/parallel.ts";
import { fingerprintOf, manifestOf, readManifest, writeManifest } from "../data/split/manifest.ts";
import { resumedData } from "../data/split/resumedData.ts";
import { setMatchingWeights } from "../core/namedWeights.ts";
import { chooseFastPrecision } from "../engine/precision.ts";
import { loadEngine, type Engine, type EngineChoice } from "../engine/load.ts";
import type { Precision } from "../engine/graph/program.ts";
import { budgetFrom, type Budget, describeBudget, extended } from "./budget.ts";
import type { Callback } from "./callbacks/callback.ts";
import { earlyStopping } from "./callbacks/earlyStopping.ts";
import { fit, type LoopState } from "./fit.ts";
import type { FitProgress, FitValidation } from "./progress.ts";
import { modelFolderOf, readModelWeights } from "./modelFolder.ts";
import type { Recipe } from "./recipe.ts";
import { RunFolder } from "./runFolder.ts";
import { readCheckpoint, restoreCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { warmupCosine } from "./schedules.ts";
import type { Task } from "./task.ts";
import { Trainer } from "./trainer.ts";

/** Options of every training, whatever is trained. */
export interface TrainOptions {
  /** Run folder. */
  out: string;
  /** How long: one of the two, or neither. With `resume`: how much more. */
  epochs?: number;
  minutes?: number;
  /** Samples in a step. */
  batch: number;
  seed: number;
  optimizer?: Recipe["optimizer"];
  /** Peak learning rate; the default is the optimizer's own. */
  lr?: number;
  engine: EngineChoice;
  precision: Precision | "auto";
  /** Where decoded and resized images are kept; `ram` unless told. */
  cache?: CacheKind;
  /** GiB that they may take; 1 in memory and 10 on disk unless told. */
  cacheLimit?: number;
  /** Images that are read and decoded at once; 16 unless told. */
  workers?: number;
  /** Ends the training after so many validations without a better score. */
  patience?: number;
  /** A run or model folder whose weights to begin with, as far as they fit. */
  weights?: string;
  /** Go on from the last checkpoint in `out`. */
  resume?: boolean;
  /** Stops at the end of a step, with a checkpoint. */
  signal?: AbortSignal;
  /** Further callbacks. */
  callbacks?: readonly Callback[];
}

export interface TrainEvents {
  message?: (text: string) => void;
  progress?: (state: FitProgress) => void;
  validated?: (state: FitValidation) => void;
}

export interface TrainResult {
  steps: number;
  seconds: number;
  /** The best weights' score on the validation images, and the step they were found at. */
  best: { score: number; step: number } | null;
  /** False when the signal stopped it. */
  finished: boolean;
}

/** What a task is prepared with. */
export interface PrepareContext {
  /** Where decoded images are kept, how many are decoded at once, and which threads augment them. */
  loading: { cache: ImageCache; decoding: Limiter; threads: AugmentThreads };
  /** Draws all that the task needs. */
  random: Random;
  /** The folder of a model whose description holds: what was chosen from data then is taken from there. */
  model?: string;
  /** Goes on with that model's own training. */
  resumes: boolean;
}

/** A task, its words for a person, and what ends it. */
export interface Prepared<Batch> extends Task<Batch> {
  /** What was built, under the names of options: goes into config.json. */
  built: Readonly<Record<string, unknown>>;
  /** "input 320 x 240, anchors …" */
  summary: string;
  dispose(): void;
}

/** The weights are measured so many times; in a short training less often, so that little of its time goes there. */
const VALIDATIONS = { most: 12, least: 3, perMinute: 1.2 };
/** Without a budget: so many epochs, and more of them where there are few images. */
const DEFAULT_EPOCHS = 100;
const DEFAULT_STEPS = 3000;

/**
 * Trains on the images of `train`, measures on `val`, and leaves a run folder, see RunFolder.
 *
 * @param prepare makes the task of a data set; the engine is loaded then
 * @param recorded further options for config.json
 * @throws AnchorkitError for data that cannot be trained on, another training in the folder, or, with `resume`, data
 * that is not what the training was begun with
 */
export async function train<Batch>(
  given: Dataset,
  prepare: (dataset: Dataset, context: PrepareContext) => Promise<Prepared<Batch>>,
  options: TrainOptions,
  recorded: Readonly<Record<string, unknown>> = {},
  events: TrainEvents = {},
): Promise<TrainResult> {
  const started = performance.now();
  const spent = (): number => (performance.now() - started) / 1000;
  const run = new RunFolder(options.out);
  const release = await run.lock();
  const ready = new AbortController();
  const threads = new AugmentThreads();
  const open: { dispose(): void }[] = [];
  try {
    const begun = options.resume === true ? await begunRun(run, options) : undefined;
    const dataset = begun ? await resumedData(await readManifest(run.splits), given) : given;
    const checked = checkImages(dataset.images, ready.signal); // while the engine loads and compiles
    checked.catch(() => undefined);
    const manifest = manifestOf(dataset);
    manifest.catch(() => undefined);

    const engine = await loadEngine({ engine: options.engine });
    const loading = { ...(await loadingOf(options, events.message)), threads };
    const random = new Random(options.seed);
    const model = begun ? run.last : options.weights === undefined ? undefined : modelFolderOf(options.weights);
    const task = await prepare(dataset, {
      loading,
      random,
      resumes: begun !== undefined,
      ...(model !== undefined && { model }),
    });
    open.push(task);
    if (!begun && model !== undefined) await startFrom(model, task, events);
    const trainer = await Trainer.make(task, {
      precision: options.precision,
      fast: chooseFastPrecision(engine),
      random: random.fork("sampling"),
      recipe: {
        ...(options.optimizer && { optimizer: options.optimizer }),
        ...(options.lr !== undefined && { peakRate: options.lr }),
      },
    });
    open.push(trainer);
    const resumed = begun && (await restoreCheckpoint(run, trainer));
    const budget = begun?.budget ?? budgetFrom(options) ?? defaultBudget(task.batches.stepsPerEpoch);
    ready.abort();
    await checked;
    if (!begun) assertTime(budget, spent());
    const config = begun
      ? { ...begun.config, budget }
      : configOf(options, recorded, task, {
          budget,
          engine,
          fingerprint: fingerprintOf(await manifest),
          precision: trainer.compiled.precision,
        });
    await run.writeConfig(config);
    if (!begun) {
      await writeManifest(run.splits, await manifest);
      await run.clearMetrics();
    }
    events.message?.(`${task.summary}, ${trainer.compiled.precision}; ready after ${spent().toFixed(1)} s`);
    const state = await fitRun(task, trainer, run, {
      options,
      budget,
      spent: spent(),
      events,
      ...(resumed && { resumed }),
    });
    return { steps: state.step, seconds: state.elapsed, best: state.best, finished: state.finished };
  } finally {
    ready.abort();
    for (const one of open.reverse()) one.dispose();
    await threads.close();
    await release();
  }
}

interface FitRun {
  options: TrainOptions;
  budget: Budget;
  spent: number;
  events: TrainEvents;
  resumed?: LoopState;
}

/** The loop, with the run folder as its memory. */
async function fitRun<Batch>(
  task: Task<Batch>,
  trainer: Trainer<Batch>,
  run: RunFolder,
  { options, budget, spent, events, resumed }: FitRun,
): Promise<LoopState> {
  const { batches } = task;
  const { peakRate: peak, warmupSteps } = trainer.recipe;
  const lines: Promise<void>[] = [];
  const { patience, signal, callbacks = [] } = options;
  const state = await fit(
    {
      stepsPerEpoch: batches.stepsPerEpoch,
      prepare: (step) => batches.batch(step),
      namesOf: (batch) => batches.namesOf(batch),
      train: (batch, at) => trainer.train(batch, at),
      validate: () => trainer.validate(),
      nextPhase: () => {
        trainer.nextPhase();
      },
      saveBest: () => saveCheckpoint(run.best, task, trainer),
      saveLast: (loop) => saveCheckpoint(run.last, task, trainer, loop),
    },
    {
      budget,
      batch: options.batch,
      learningRate: (step, progress) => warmupCosine(step, progress, { peak, warmupSteps }),
      validations: validationsIn(budget),
      callbacks: [...(patience === undefined ? [] : [earlyStopping({ patience })]), ...callbacks],
      spent,
      ...(resumed && { resumed }),
      ...(signal && { signal }),
      onStep: (progress) => events.progress?.(progress),
      onValidation(validation) {
        lines.push(run.appendMetrics(validation));
        events.validated?.(validation);
      },
      onStop: (reason) => events.message?.(`ends here: ${reason}`),
    },
  );
  await Promise.all(lines);
  return state;
}

/** The run that goes on: what it was begun with, and how long it is now. */
async function begunRun(run: RunFolder, options: TrainOptions) {
  const config = await run.readConfig();
  const { loop } = await readCheckpoint(run);
  const more = budgetFrom(options);
  if (loop.finished && !more) {
    throw new AnchorkitError(
      `${run.path}: this training has finished; say for how long it shall go on, or start another one`,
    );
  }
  const budget = config.budget;
  if (!budget) throw new AnchorkitError(`${run.config}: does not say how long the training was meant to be (budget)`);
  return { config, budget: more ? extended(budget, more) : budget };
}

async function startFrom<Batch>(model: string, task: Task<Batch>, events: TrainEvents): Promise<void> {
  const { set, missing, unfit } = setMatchingWeights(task.network, await readModelWeights(model));
  const fresh = [...missing, ...unfit];
  if (set.length === 0) throw new AnchorkitError(`${model}: none of its weights fit the network that is to be trained`);
  const layers = [...new Set(fresh.map((name) => name.split("/")[0] ?? name))];
  const rest = layers.length === 0 ? "" : `; from scratch: ${layers.join(", ")}`;
  events.message?.(`weights from ${model}: ${set.length} of ${set.length + fresh.length}${rest}`);
}

function configOf<Batch>(
  { signal, resume, callbacks, ...options }: TrainOptions,
  recorded: Readonly<Record<string, unknown>>,
  { built, description }: Prepared<Batch>,
  {
    budget,
    engine,
    fingerprint,
    precision,
  }: { budget: Budget; engine: Engine; fingerprint: string; precision: Precision },
) {
  return {
    ...recorded,
    ...options,
    ...built,
    budget,
    computedIn: precision,
    engine: engine.name,
    tensorflow: engine.tensorflow,
    node: process.version,
    classes: description.classes,
    dataFingerprint: fingerprint,
  };
}

/** Training and validation images share one memory, one folder and one queue. */
async function loadingOf(
  { cache = "ram", cacheLimit, workers = DECODED_AT_ONCE }: TrainOptions,
  warn?: (text: string) => void,
): Promise<{ cache: ImageCache; decoding: Limiter }> {
  const folder = join(cacheFolder(), "images");
  return { cache: await openImageCache(cache, { limit: cacheLimit, folder, warn }), decoding: limiter(workers) };
}

function assertTime(budget: Budget, spent: number): void {
  if ("epochs" in budget || spent < 60 * budget.minutes) return;
  throw new AnchorkitError(
    `${describeBudget(budget)} were over before the first step: loading and compiling took ${spent.toFixed(0)} s; give it more`,
  );
}

function validationsIn(budget: Budget): number {
  const { most, least, perMinute } = VALIDATIONS;
  return "epochs" in budget ? most : Math.min(most, Math.max(least, Math.round(budget.minutes * perMinute)));
}

function defaultBudget(stepsPerEpoch: number): Budget {
  return { epochs: Math.max(DEFAULT_EPOCHS, Math.ceil(DEFAULT_STEPS / stepsPerEpoch)) };
}
