import { Random } from "../../base/random.ts";
import { AugmentThreads } from "../../data/augment/augmentThreads.ts";
import type { Dataset } from "../../data/dataset.ts";
import { openLoading } from "../../data/images/openImageCache.ts";
import { MEMORY_LIMIT } from "../../data/images/imageStore.ts";
import { loadEngine } from "../../engine/load.ts";
import type { FindRateOptions } from "../rateTest/findRate.ts";
import { modelFolderOf } from "../run/modelFolder.ts";
import { trainerOptionsOf } from "../run/runRecord.ts";
import type { Task, TaskKind } from "../task.ts";
import { Trainer } from "../trainer.ts";
import type { PrepareContext, Prepared } from "../trainOptions.ts";
import { type BatchChoice, chooseBatch } from "./chooseBatch.ts";
import { peakWhile, roomForProcess } from "./peakMemory.ts";

/** What is measured takes the options of a training, but for the batch. */
export interface FindBatchOptions extends Omit<FindRateOptions, "batch"> {
  /** The batch of the model unless told, and its kind. */
  usual: number;
  kind: TaskKind;
}

/**
 * The batch that suits the memory of the machine, see `chooseBatch`: compiles the training for two sizes and runs a step
 * of each phase; writes nothing, and keeps no weights.
 *
 * @param prepare makes the task of a training with batches of that size
 */
export async function findBatch<Batch>(
  dataset: Dataset,
  prepare: (dataset: Dataset, context: PrepareContext, batch: number) => Promise<Prepared<Batch>>,
  options: FindBatchOptions,
): Promise<BatchChoice> {
  const engine = await loadEngine({ engine: options.engine });
  const model = options.weights === undefined ? undefined : modelFolderOf(options.weights);
  const threads = new AugmentThreads();
  const kept = dataset.images.filter(({ split }) => split !== "test").length;
  const limits = {
    ...{ usual: options.usual, kind: options.kind },
    // a window begins at most rows of a series
    samples: dataset.series?.ends?.train ?? dataset.images.filter(({ split }) => split === "train").length,
    room: roomForProcess(),
    reserved: 0,
  };
  const measure = (batch: number): Promise<number> =>
    peakWhile(async () => {
      const loading = { ...(await openLoading(options, "ram")), threads };
      const random = new Random(options.seed);
      const context = { loading, random, resumes: false, ...(model !== undefined && { model }) };
      const task = await prepare(dataset, context, batch);
      try {
        const trainer = await Trainer.make(task, trainerOptionsOf(options, engine, random));
        limits.reserved = Math.min(kept * bytesOfImage(task, batch), cacheLimit(options));
        await trainer.rehearse().finally(() => {
          trainer.dispose();
        });
      } finally {
        task.dispose();
      }
    });
  try {
    return await chooseBatch(measure, limits);
  } finally {
    await threads.close();
  }
}

/** An image as it is kept: what is fed as bytes. */
function bytesOfImage<Batch>({ shapes }: Task<Batch>, batch: number): number {
  const fed = Object.values(shapes).flatMap((inputs) => Object.values(inputs));
  const images = fed.filter(({ dtype }) => dtype === "uint8").map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  return Math.max(0, ...images) / batch;
}

function cacheLimit({ cache = "ram", cacheLimit: gibibytes }: FindBatchOptions): number {
  if (cache !== "ram") return 0;
  return gibibytes === undefined ? MEMORY_LIMIT : gibibytes * 2 ** 30;
}
