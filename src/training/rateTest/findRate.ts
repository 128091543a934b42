import { Random } from "../../base/random.ts";
import { AugmentThreads } from "../../data/augment/augmentThreads.ts";
import type { Dataset } from "../../data/dataset.ts";
import { openLoading } from "../../data/images/openImageCache.ts";
import { loadEngine } from "../../engine/load.ts";
import { explainingMemory } from "../memory/outOfMemory.ts";
import { modelFolderOf } from "../run/modelFolder.ts";
import { trainerOptionsOf } from "../run/runRecord.ts";
import { startFrom } from "../start/startFrom.ts";
import type { PrepareContext, Prepared, TrainEvents, TrainOptions } from "../trainOptions.ts";
import { type RateTest, rateTest } from "./rateTest.ts";

/** What a range test takes of a training's options. */
export type FindRateOptions = Omit<
  TrainOptions,
  "out" | "epochs" | "minutes" | "resume" | "overwrite" | "report" | "patience" | "callbacks" | "lr" | "schedule"
>;

export interface FindRateEvents extends Pick<TrainEvents, "message"> {
  /** After each step: how many are done of how many, its rate and its loss. */
  update?: (done: number, of: number, rate: number, loss: number) => void;
}

/** The range test of a training as `train` would begin it, see `rateTest`; writes nothing. */
export async function findRate<Batch>(
  dataset: Dataset,
  prepare: (dataset: Dataset, context: PrepareContext) => Promise<Prepared<Batch>>,
  options: FindRateOptions,
  events: FindRateEvents = {},
): Promise<RateTest> {
  const threads = new AugmentThreads();
  let task: Prepared<Batch> | undefined;
  try {
    const engine = await loadEngine({ engine: options.engine });
    const loading = { ...(await openLoading(options, "ram", events.message)), threads };
    const random = new Random(options.seed);
    const model = options.weights === undefined ? undefined : modelFolderOf(options.weights);
    task = await prepare(dataset, { loading, random, resumes: false, ...(model !== undefined && { model }) });
    if (model !== undefined) await startFrom(model, task, events);
    const { signal } = options;
    const given = {
      ...trainerOptionsOf(options, engine, random),
      ...(signal && { signal }),
      ...(events.update && { onUpdate: events.update }),
    };
    const test = rateTest(task, given);
    return await explainingMemory(
      options.batch,
      () => "range test",
      () => test,
    );
  } finally {
    task?.dispose();
    await threads.close();
  }
}
