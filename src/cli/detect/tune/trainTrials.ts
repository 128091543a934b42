import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { Dataset } from "../../../data/dataset.ts";
import { loadEngine } from "../../../engine/load.ts";
import { readLoopState } from "../../../training/run/checkpoint.ts";
import type { RunFolder } from "../../../training/run/runFolder.ts";
import type { TrainEvents } from "../../../training/trainOptions.ts";
import type { Sample } from "../../../training/tune/sample.ts";
import type { Trainer } from "../../../training/tune/search.ts";
import type { TuneFolder } from "../../../training/tune/tuneFolder.ts";
import { augmentationFor, trainInto } from "../trainInto.ts";
import type { SampleTraining } from "./spaceOptions.ts";

export interface TrialsOptions {
  folder: TuneFolder;
  dataset: Dataset;
  /** The training of a sample with a seed. */
  training: (sample: Sample, seed: number) => Promise<SampleTraining>;
  seed: number;
  signal: AbortSignal;
  /** Of the start that is timed, and of trials. */
  events: { start: TrainEvents; trial: TrainEvents };
}

/** Trains trials as `detect train` trains, one after the other in this process, but without a report. */
export function trialTrainer({ folder, dataset, training, seed, signal, events }: TrialsOptions): Trainer {
  return {
    async start(sample) {
      const run = folder.start;
      const stop = new AbortController();
      const { flags, own } = await training(sample, seed);
      await loadEngine({ engine: flags.engine }); // once for all trainings of this process
      const began = performance.now();
      const seconds = (): number => (performance.now() - began) / 1000;
      let startUp: number | undefined;
      const progress = (): void => {
        startUp ??= seconds();
        stop.abort();
      };
      try {
        await rm(run.path, { recursive: true, force: true });
        await trainInto(run, dataset, flags, {
          ...{ own, augmentation: await augmentationFor(flags, run), length: LONG_ENOUGH, spent: 0, report: false },
          ...{ signal: AbortSignal.any([signal, stop.signal]), events: { ...events.start, progress } },
        });
      } finally {
        await rm(run.path, { recursive: true, force: true });
      }
      return startUp === undefined ? undefined : { startUp, closing: seconds() - startUp };
    },

    async train(trial, sample) {
      const run = folder.trial(trial.number);
      const loop = await loopOf(run);
      if (loop?.finished) return { score: loop.best?.score ?? null }; // before the process could note it
      const { flags: fresh, own } = await training(sample, trial.seed);
      const flags = loop ? { ...fresh, resume: true } : fresh;
      if (!loop) await rm(run.path, { recursive: true, force: true });
      const result = await trainInto(run, dataset, flags, {
        ...{ own: loop ? {} : own, augmentation: await augmentationFor(flags, run) },
        ...{ length: loop ? {} : { minutes: trial.seconds / 60 } },
        ...{ signal, spent: 0, report: false, events: events.trial },
      });
      return result.finished ? { score: result.best?.score ?? null } : undefined;
    },
  };
}

/** Minutes; the first step ends it. */
const LONG_ENOUGH = { minutes: 600 };

/** Where the training of a trial stands; undefined where it has no checkpoint to go on from. */
async function loopOf(run: RunFolder) {
  return existsSync(run.config) && existsSync(run.last) ? readLoopState(run) : undefined;
}
