import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { Random } from "../base/random.ts";
import { AnchorkitError } from "../base/errors.ts";
import { AugmentThreads } from "../data/augment/augmentThreads.ts";
import type { Dataset } from "../data/dataset.ts";
import { checkImages } from "../data/images/checkImages.ts";
import { openLoading } from "../data/images/openImageCache.ts";
import { fingerprintOf, manifestOf, readManifest, writeManifest } from "../data/split/manifest.ts";
import { resumedData } from "../data/split/resumedData.ts";
import { loadEngine } from "../engine/load.ts";
import { assertTime, budgetFrom, type Budget, defaultBudget, validationsIn } from "./loop/budget.ts";
import { amongCallbacks } from "./callbacks/callback.ts";
import { callbacksOf } from "./callbacks/callbacksOf.ts";
import { restoreCheckpoint, saveCheckpoint } from "./run/checkpoint.ts";
import { fit, LoopState } from "./loop/fit.ts";
import { Diverged } from "./loop/finiteLosses.ts";
import { describeAnew, modelFolderOf } from "./run/modelFolder.ts";
import { RunFolder } from "./run/runFolder.ts";
import { begunRun, configOf, trainerOptionsOf } from "./run/runRecord.ts";
import { rateOf, recipeRecord } from "./recipe.ts";
import { startFrom } from "./start/startFrom.ts";
import type { Task } from "./task.ts";
import { explainingMemory } from "./memory/outOfMemory.ts";
import { trainingView } from "./callbacks/viewOf.ts";
import { Trainer } from "./trainer.ts";
import type { PrepareContext, Prepared, TrainEvents, TrainOptions, TrainResult } from "./trainOptions.ts";

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
  const spent = (): number => (options.spent ?? 0) + (performance.now() - started) / 1000;
  const run = new RunFolder(options.out);
  const release = await run.lock();
  const ready = new AbortController();
  const threads = new AugmentThreads();
  const open: { dispose(): void }[] = [];
  try {
    const begun = options.resume === true ? await begunRun(run, options) : undefined;
    const output = begun ? undefined : await run.requireFree(writtenBy(options));
    const { classes } = begun?.config ?? {}; // splits.json of old runs does not say
    const dataset = begun ? await resumedData({ classes, ...(await readManifest(run.splits)) }, given) : given;
    const checked = checkImages(dataset.images, ready.signal); // while the engine loads and compiles
    checked.catch(() => undefined);
    const manifest = begun ? undefined : manifestOf(dataset); // a run that goes on has its own
    manifest?.catch(() => undefined);

    const engine = await loadEngine({ engine: options.engine });
    const loading = { ...(await openLoading(options, "ram", events.message)), threads };
    const random = new Random(options.seed);
    const model = begun ? run.last : options.weights === undefined ? undefined : modelFolderOf(options.weights);
    const task = await prepare(dataset, {
      loading,
      random,
      resumes: begun !== undefined,
      ...(begun?.config.begunWith && { begunWith: begun.config.begunWith }),
      ...(model !== undefined && { model }),
    });
    open.push(task);
    for (const note of task.notes ?? []) events.message?.(note);
    const matchedWeights = begun || model === undefined ? undefined : await startFrom(model, task, events);
    const make = (): Promise<Trainer<Batch>> =>
      Trainer.make(task, trainerOptionsOf(options, engine, random, begun?.config));
    const trainer = await explainingMemory(options.batch, () => "before the first step", make);
    open.push(trainer);
    const resumed = begun && (await restoreCheckpoint(run, trainer));
    const budget = begun?.budget ?? budgetFrom(options) ?? defaultBudget(task.batches.stepsPerEpoch);
    ready.abort();
    await checked;
    if (begun) {
      // a run that goes on after its end is unfinished before it is longer: whatever comes, it can go on
      if (resumed?.finished) await saveCheckpoint(run.last, task, trainer, { ...resumed, finished: false });
      await run.writeConfig({ ...begun.config, budget });
      await describeAnew(run.best, task); // the data may have other category ids now
    }
    if (manifest) {
      assertTime(budget, spent());
      const described = await manifest;
      const { precision } = trainer.compiled;
      const fingerprint = fingerprintOf(described);
      if (output) await run.begin(output);
      const config = configOf(options, recorded, task, { budget, engine, fingerprint, precision });
      const recipe = recipeRecord(trainer.recipe);
      await run.writeConfig({ ...config, recipe, ...(matchedWeights && { matchedWeights }) });
      await writeManifest(run.splits, described);
      // from now on it can go on
      const first = LoopState.parse({ step: 0, elapsed: spent(), best: null, finished: false });
      await saveCheckpoint(run.last, task, trainer, first);
    }
    events.message?.(`${task.summary}, ${trainer.compiled.precision}; ready after ${spent().toFixed(1)} s`);
    const state = await fitRun(task, trainer, run, {
      options,
      budget,
      spent: spent(),
      events,
      ...(resumed && { resumed: { ...resumed, finished: false } }),
    });
    return { steps: state.step, seconds: state.elapsed, best: state.best, finished: state.finished };
  } finally {
    ready.abort();
    for (const one of open.reverse()) one.dispose();
    await threads.close();
    await release();
  }
}

/** What a new training reads, and what it may replace. */
function writtenBy({ inputs = [], weights, overwrite }: TrainOptions) {
  return { inputs: [...inputs, ...(weights === undefined ? [] : [modelFolderOf(weights)])], overwrite };
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
  const { signal } = options;
  const config = await run.readConfig();
  const callbacks = callbacksOf(run, options);
  const { view, validate } = trainingView(task, trainer, options.draw, {
    folder: run.path,
    step: resumed?.step ?? 0,
    elapsed: resumed?.elapsed ?? spent,
    config,
  });
  let kept = resumed;
  let step = resumed?.step ?? 0;
  const save = async (folder: string, state?: LoopState): Promise<void> => {
    run.requirePresent();
    await saveCheckpoint(folder, task, trainer, state);
    kept = state ?? kept;
  };
  const loop = (): Promise<LoopState> =>
    fit(
      {
        stepsPerEpoch: batches.stepsPerEpoch,
        prepare: (step) => batches.batch(step),
        namesOf: (batch) => batches.namesOf(batch),
        train: (batch, at) => trainer.train(batch, at),
        validate,
        nextPhase: () => {
          trainer.nextPhase();
        },
        saveBest: () => save(run.best),
        async saveCheckpoint(step, keep) {
          await save(run.checkpoint(step));
          await run.keepCheckpoints(keep);
        },
        saveLast: (state) => save(run.last, state),
      },
      {
        budget,
        batch: options.batch,
        learningRate: rateOf(trainer.recipe),
        validations: validationsIn(budget),
        callbacks,
        spent,
        // the model is opened as it was for training, runs over the same images, and is drawn on some of them
        ...(options.report && { afterwards: (validation: number) => spent + 1.5 * validation }),
        ...(resumed && { resumed }),
        ...(signal && { signal }),
        onStep(progress) {
          ({ step } = progress);
          events.progress?.(progress);
        },
        onValidation: (validation) => events.validated?.(validation),
        onStop: (reason) => events.message?.(`stopping here: ${reason}`),
      },
    );
  try {
    const run = (): Promise<LoopState> => amongCallbacks(callbacks, view, loop);
    return await explainingMemory(options.batch, () => `step ${step + 1}`, run);
  } catch (error) {
    // the beginning alone is not worth going on from: the folder is free for another try
    if (!kept && !existsSync(run.best)) await rm(run.last, { recursive: true, force: true }).catch(() => undefined);
    throw withKept(error, existsSync(run.last) ? (kept ?? { step: 0, finished: false }) : undefined);
  }
}

/** A failure that can be explained, with what is left of the training; one that would come again at once, as it is. */
function withKept(error: unknown, kept?: Pick<LoopState, "step" | "finished">): unknown {
  if (!(error instanceof AnchorkitError) || error instanceof Diverged || !kept) return error;
  const rest = kept.finished
    ? "the training had come to its end, and is kept"
    : `the training is kept up to step ${kept.step}, and can be resumed`;
  return new AnchorkitError(`${error.message}; ${rest}`, { cause: error });
}
