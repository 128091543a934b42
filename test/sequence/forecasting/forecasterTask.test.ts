import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { AugmentThreads } from "../../../src/data/augment/augmentThreads.ts";
import type { Dataset, Series } from "../../../src/data/dataset.ts";
import { noCache } from "../../../src/data/images/imageCache.ts";
import { limiter } from "../../../src/data/parallel.ts";
import { splitSeries } from "../../../src/data/series/splitSeries.ts";
import { compileProgram, openPrograms } from "../../../src/engine/graph/program.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { findModelBatch, openModel, trainModel } from "../../../src/models.ts";
import { Forecaster } from "../../../src/sequence/forecasting/forecaster.ts";
import { forecasterTask } from "../../../src/sequence/forecasting/forecasterTask.ts";
import { measureForecaster } from "../../../src/sequence/forecasting/measure.ts";
import { ForecastOptions } from "../../../src/sequence/forecasting/options.ts";
import { readModelWeights } from "../../../src/training/run/modelFolder.ts";
import { stepFeeds, Trainer } from "../../../src/training/trainer.ts";
import { stepName } from "../../../src/training/trainingProgram.ts";

await loadEngine();
let out: string;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "anchorkit-forecaster-"));
});
afterEach(() => {
  expect(openPrograms()).toBe(0);
});
afterAll(async () => {
  await rm(out, { recursive: true });
});

/** Two columns with a season of 6 rows, and some values that are missing. */
function waves(rows = 160): Dataset & { series: Series } {
  const random = new Random("waves");
  const values = Array.from({ length: rows }, (_, t) => {
    const y = 0.05 * t + 3 * Math.sin((2 * Math.PI * t) / 6) + random.normal(0, 0.3);
    return Float64Array.of(t % 29 === 5 ? NaN : y, 2 * Math.cos((2 * Math.PI * t) / 6) + random.normal(0, 0.2));
  });
  const series = { file: "/nowhere/waves.csv", columns: ["y", "z"], values };
  return splitSeries({ classes: [], images: [], series }, { val: 0.15, test: 0.15 });
}

const OWN = { column: "y", inputs: "z", horizon: 3, window: 5, season: 6, units: 4 };

function prepare(data: Dataset, own: Partial<ForecastOptions> = {}) {
  const loading = { cache: noCache, decoding: limiter(4), threads: new AugmentThreads() };
  const context = { loading, random: new Random(3), resumes: false };
  return forecasterTask(data, { ...ForecastOptions.parse({ ...OWN, ...own }), model: "forecast", batch: 4 }, context);
}

describe("a forecaster's training step", () => {
  it.each(["lstm", "gru"] as const)("with %s is the same compiled as op by op over five steps, and leaves no tensor", async (rnn) => {
    const losses: number[][] = [];
    for (const mode of ["compiled", "eager"] as const) {
      const task = await prepare(waves(), { rnn, layers: 2 });
      const random = new Random(1);
      const trainer = await Trainer.make(task, { precision: "float32", fast: "float32", random });
      const { program, steps, variables } = trainer.compiled;
      const eager = await compileProgram(steps, { variables: [...variables.values()], mode: "eager" });
      const used = mode === "eager" ? eager : program;
      const name = stepName("train", "windows");
      const run = async (i: number): Promise<number> => {
        const feeds = stepFeeds(task, await task.batches.batch(i), { step: i, random, update: { number: i + 1, learningRate: 0.01 } });
        const outputs = used.run(name, feeds);
        const loss = outputs.forecast?.dataSync()[0] ?? NaN;
        tf.dispose([feeds, outputs]);
        return loss;
      };
      const told = [await run(0)];
      const before = tf.memory().numTensors;
      for (let i = 1; i < 5; i++) told.push(await run(i));
      expect(tf.memory().numTensors).toBe(before);
      losses.push(told);
      eager.dispose();
      trainer.dispose();
      task.dispose();
    }
    const [compiled = [], eager = []] = losses;
    expect(new Set(compiled).size).toBe(5);
    for (const [i, loss] of compiled.entries()) expect(loss).toBeCloseTo(eager[i] ?? NaN, 4);
  }); // prettier-ignore
});

describe("windows", () => {
  it("of train and val see and learn nothing of later splits, whatever stands there", async () => {
    const given = waves();
    const { ends, values } = given.series;
    const batchesOf = async (data: Dataset): Promise<unknown[]> => {
      const task = await prepare(data, { residual: "last" });
      const batches = await Promise.all([0, 1, 2, 3].map((i) => task.batches.batch(i)));
      const { intervals: _, ...described } = task.description as unknown as Record<string, unknown>;
      task.dispose();
      return [batches, described];
    };
    const changed = values.map((row, t) => (t < (ends?.train ?? 0) ? row : row.map((value) => 1000 - 5 * value)));
    const before = await batchesOf(given);
    expect(await batchesOf({ ...given, series: { ...given.series, values: changed } })).toEqual(before);
    const moved = values.map((row, t) => (t === (ends?.train ?? 0) - 1 ? row.map((value) => value + 9) : row));
    expect(await batchesOf({ ...given, series: { ...given.series, values: moved } })).not.toEqual(before);
  });
});

const training = () => ({
  ...({ out, batch: 8, seed: 3, epochs: 2, precision: "float32", engine: "native" } as const),
  ...({ overwrite: true, tensorboard: false } as const),
});

describe("a forecaster's training", () => {
  it("has batches that suit the memory, of no more windows than there are", async () => {
    const { epochs: _, overwrite: __, out: ___, tensorboard: ____, ...given } = training();
    const { says } = await findModelBatch("forecast", waves(), OWN, given);
    expect(says).toContain("--batch auto: batches of 64, as there are few training windows");
  });

  it("goes on to the same bits", async () => {
    const data = waves();
    const weightsOf = async () => [...(await readModelWeights(join(out, "last"))).values()].map(({ values }) => values);
    await trainModel("forecast", data, OWN, training());
    const whole = await weightsOf();
    const stop = new AbortController();
    const progress = ({ step }: { step: number }): void => {
      if (step === 7) stop.abort();
    };
    await trainModel("forecast", data, OWN, { ...training(), signal: stop.signal }, {}, { progress });
    const { epochs: _, overwrite: __, ...rest } = training();
    expect(await trainModel("forecast", data, {}, { ...rest, resume: true })).toMatchObject({ finished: true });
    expect(await weightsOf()).toEqual(whole);
    const other = {
      ...data.series,
      values: data.series.values.map((row, t) => (t === 3 ? row.map((one) => one + 1) : row)),
    };
    await expect(
      trainModel("forecast", { ...data, series: other }, {}, { ...rest, epochs: 1, resume: true }),
    ).rejects.toThrow(/^the data is not what this training was begun with: other values in "y", "z"\./);
  });

  it("leaves a model that says what it said while it trained, however the windows are batched, and the next values", async () => {
    const data = waves();
    const { best } = await trainModel("forecast", data, OWN, { ...training(), epochs: 6 });
    const measured: number[] = [];
    let next: Float64Array[] = [];
    for (const batch of [64, 5]) {
      const forecaster = await openModel(out, { precision: "float32", batch });
      if (!(forecaster instanceof Forecaster)) throw new Error("no forecaster");
      const rows = await forecaster.forecastSplit(data.series, "val");
      const { metrics, columns } = measureForecaster(rows, forecaster.description);
      measured.push(metrics.mase ?? NaN);
      expect(columns[0]?.coverage).toBeGreaterThan(0.7); // its own rows
      const forecast = await forecaster.forecast(data.series);
      next = forecast.columns.flatMap(({ values, low, high }) => [values, low ?? values, high ?? values]);
      expect(forecaster.columns).toEqual(["y", "z"]);
      forecaster.dispose();
    }
    expect(measured[0]).toBeCloseTo(-(best?.score ?? NaN), 5);
    expect(measured[1]).toBeCloseTo(measured[0] ?? NaN, 5);
    const [values = [], low = [], high = []] = next;
    expect(values).toHaveLength(3);
    for (const [h, value] of values.entries()) {
      // the season goes on: 160 % 6 = 4
      expect(Math.abs(value - (0.05 * (160 + h) + 3 * Math.sin((2 * Math.PI * (160 + h)) / 6)))).toBeLessThan(1.5);
      expect((low[h] as number) <= (high[h] as number)).toBe(true);
    }
  });

  it("of a series that is too short, does not vary, or has not the columns, is refused in one line", async () => {
    await expect(prepare(waves(40), { window: 30 })).rejects.toThrow(
      /^the series is too short: train has 28 rows, for 36 before a forecast \(window and season\) and a horizon of 3; choose/,
    );
    const flat = waves();
    for (const row of flat.series.values) row[0] = 7;
    await expect(prepare(flat)).rejects.toThrow(/^y: does not vary in train/);
    await expect(prepare(waves(), { column: "yy" })).rejects.toThrow(
      'column: the series has no column "yy" (did you mean "y"?)',
    );
    await expect(prepare(waves(), { calendar: true })).rejects.toThrow(
      /the calendar is about dates, and the series has no times$/,
    );
    await expect(prepare(waves(), { season: 1, residual: "seasonal" })).rejects.toThrow(/seasonal needs a season/);
    await expect(prepare({ classes: [], images: [] })).rejects.toThrow(/a forecaster learns from a series/);
  });
});
