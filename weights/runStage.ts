import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Dataset } from "../src/data/dataset.ts";
import { train } from "../src/training/train.ts";
import type { PrepareContext, Prepared } from "../src/training/trainOptions.ts";

export interface Stage {
  /** Run folder; a training that is there goes on. */
  out: string;
  batch: number;
  epochs: number;
  lr?: number;
}

/** Trains, and says how it goes; Ctrl-C leaves a checkpoint, from which the next call goes on. */
export async function runStage<Batch>(
  dataset: Dataset,
  prepare: (dataset: Dataset, context: PrepareContext) => Promise<Prepared<Batch>>,
  { out, batch, epochs, lr }: Stage,
): Promise<void> {
  const stop = new AbortController();
  process.once("SIGINT", () => {
    stop.abort();
  });
  const resume = existsSync(join(out, "last"));
  const options = {
    ...({ out, batch, seed: 1, engine: "native", precision: "auto", resume, signal: stop.signal } as const),
    ...(!resume && { epochs }),
    ...(lr !== undefined && { lr }),
  };
  await train(
    dataset,
    prepare,
    options,
    {},
    {
      message: (text) => {
        console.log(text);
      },
      progress({ step, loss, samplesPerSecond, remaining, waiting }) {
        if (step % 50 !== 0) return;
        const [rate, share] = [samplesPerSecond.toFixed(0), (100 * waiting).toFixed(0)];
        console.log(
          `step ${step}: loss ${loss.toFixed(3)}, ${rate} a second, waiting ${share} %, ${(remaining / 60).toFixed(0)} minutes left`,
        );
      },
      validated({ step, elapsed, score }) {
        console.log(`after step ${step}, ${elapsed.toFixed(0)} s: ${score.toFixed(4)}`);
      },
    },
  );
}
