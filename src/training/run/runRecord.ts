import { existsSync } from "node:fs";
import { AnchorkitError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { chooseFastPrecision } from "../../engine/precision.ts";
import type { Engine } from "../../engine/load.ts";
import type { Precision } from "../../engine/graph/program.ts";
import { type Budget, budgetFrom, extended } from "../loop/budget.ts";
import { readCheckpoint } from "./checkpoint.ts";
import type { RunConfig, RunFolder } from "./runFolder.ts";
import { chosenRecipe, type RecipeOptions } from "../recipe.ts";
import type { TrainerOptions } from "../trainer.ts";
import type { Prepared, TrainOptions } from "../trainOptions.ts";

/** The run that goes on: what it was begun with, and how long it is now. */
export async function begunRun(
  run: RunFolder,
  options: Pick<TrainOptions, "epochs" | "minutes">,
): Promise<{ config: RunConfig; budget: Budget }> {
  const config = await run.readConfig();
  await run.settle();
  if (!existsSync(run.last)) {
    throw new AnchorkitError(
      `${run.path}: stopped before its first checkpoint, so there is nothing to continue; start again`,
    );
  }
  const { loop } = await readCheckpoint(run);
  const more = budgetFrom(options);
  if (loop.finished && !more) {
    throw new AnchorkitError(
      `${run.path}: this training has finished; say how much longer it should go on, or start another one`,
    );
  }
  const budget = config.budget;
  if (!budget) throw new AnchorkitError(`${run.config}: does not say how long the training was meant to be (budget)`);
  return { config, budget: more ? extended(budget, more) : budget };
}

/** How the trainer of a training is made, with its options; one that goes on keeps its precision. */
export function trainerOptionsOf(
  { precision, ...options }: Pick<TrainOptions, "precision"> & RecipeOptions,
  engine: Engine,
  random: Random,
  config?: RunConfig,
): TrainerOptions {
  return {
    ...precisionOf(precision, chooseFastPrecision(engine), config),
    random: random.fork("sampling"),
    recipe: chosenRecipe(options),
  };
}

/** The precision to compile in: one that goes on keeps what was chosen, as far as the machine is fast in it. */
export function precisionOf(
  precision: Precision | "auto",
  fast: Precision,
  config: RunConfig = {},
): { precision: Precision | "auto"; fast: Precision } {
  const { computedIn } = config;
  const kept = precision === "auto" && (computedIn === "float32" || computedIn === fast) ? computedIn : undefined;
  return { precision: kept ?? precision, fast };
}

/** What config.json tells of a run that begins: its options, what they came to, and what it runs on. */
export function configOf<Batch>(
  { signal, resume, callbacks, draw, overwrite, inputs, spent, report, ...options }: TrainOptions,
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
    began: new Date().toISOString(),
    budget,
    computedIn: precision,
    engine: engine.name,
    tensorflow: engine.tensorflow,
    node: process.version,
    classes: description.classes,
    dataFingerprint: fingerprint,
  };
}
