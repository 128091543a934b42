import type { RunFolder } from "../run/runFolder.ts";
import type { TrainOptions } from "../trainOptions.ts";
import type { Callback } from "./callback.ts";
import { earlyStopping } from "./earlyStopping.ts";
import { metricsLog } from "./metricsLog.ts";
import { modelCheckpoint } from "./modelCheckpoint.ts";
import { reduceOnPlateau } from "./reduceOnPlateau.ts";
import { tensorBoard } from "./tensorBoard/tensorBoard.ts";

/** A tenth, Keras's own, ends most short trainings at once. */
const PLATEAU_FACTOR = 0.3;

/** The callbacks that a training's options ask for, then the caller's own. */
export function callbacksOf(run: RunFolder, options: TrainOptions): Callback[] {
  const { patience, reduceOnPlateau: plateau, checkpointEvery, keepCheckpoints, tensorboard = true } = options;
  const keep = keepCheckpoints === undefined ? {} : { keep: keepCheckpoints };
  return [
    metricsLog(run),
    ...(tensorboard ? [tensorBoard(run.events)] : []),
    ...(checkpointEvery === undefined ? [] : [modelCheckpoint({ every: { epochs: checkpointEvery }, ...keep })]),
    ...(plateau === undefined ? [] : [reduceOnPlateau({ patience: plateau, factor: PLATEAU_FACTOR })]),
    ...(patience === undefined ? [] : [earlyStopping({ patience })]),
    ...(options.callbacks ?? []),
  ];
}
