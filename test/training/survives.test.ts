import { existsSync, rmSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { messageOf } from "../../src/base/errors.ts";
import { Random } from "../../src/base/random.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { csvLog } from "../../src/training/callbacks/csvLog.ts";
import { readLoopState } from "../../src/training/run/checkpoint.ts";
import { readModelWeights } from "../../src/training/run/modelFolder.ts";
import { RunFolder } from "../../src/training/run/runFolder.ts";
import { train } from "../../src/training/train.ts";
import type { TrainOptions, TrainResult } from "../../src/training/trainOptions.ts";
import { squaresDataset } from "../detection/sampleImages.ts";
import { all, recordsOf, textIn } from "./callbacks/tensorBoard/wireFormat.ts";
import { fuzzSeed } from "../fuzzSeed.ts";
import { type FaultyDisk, Killed } from "./faultyDisk.ts";
import { toyTask } from "./toyTask.ts";

const disk = vi.hoisted((): FaultyDisk => ({ done: 0 }));
vi.mock("node:fs/promises", async (original) =>
  (await import("./faultyDisk.ts")).faulty(await original<typeof import("node:fs/promises")>(), disk),
);

const native = (await loadEngine()).name === "native";
let dataset: Dataset;
let remove: () => Promise<void>;
let root: string;
/** Of a training that nothing befell: what it came to, and how often it changed its folder. */
let expected: Record<string, unknown>;
let operations: number;

beforeAll(async () => {
  ({ dataset, remove } = await squaresDataset({ train: 1, val: 1, test: 0 }));
  root = await mkdtemp(join(tmpdir(), "anchorkit-survives-"));
  if (!native) return;
  const whole = new RunFolder(join(root, "whole"));
  disk.folder = whole.path;
  await trainToy(whole, LENGTH);
  operations = disk.done;
  expected = await outcome(whole);
});
afterAll(async () => {
  await remove();
  await rm(root, { recursive: true });
});
beforeEach(() => {
  Object.assign(disk, { folder: undefined, dies: undefined, fails: undefined, done: 0 });
});

const LENGTH = { epochs: 5 };

/** Trains the toy for twenty steps with all that writes files; `undefined` goes on. */
function trainToy(
  run: RunFolder,
  length: { epochs?: number; resume?: true } | undefined,
  stopAfter = Infinity,
): Promise<TrainResult> {
  const abort = new AbortController();
  const options: TrainOptions = {
    ...{ out: run.path, batch: 16, seed: 5, engine: "native", precision: "float32", lr: 0.05 },
    ...{ reduceOnPlateau: 1, checkpointEvery: 1, keepCheckpoints: 2, callbacks: [csvLog(join(run.path, "log.csv"))] },
    ...(length ?? { resume: true }),
    signal: abort.signal,
  };
  const progress = ({ step }: { step: number }): void => {
    if (step >= stopAfter) abort.abort();
  };
  return train(dataset, (_, { random }) => Promise.resolve(toyTask(random)), options, {}, { progress });
}

/** All that a run came to, without what the clock says. */
async function outcome(run: RunFolder): Promise<Record<string, unknown>> {
  const models = [run.best, run.last, ...(await run.checkpoints()).map(({ folder }) => folder)];
  const weights = await Promise.all(models.map(async (folder) => (await readModelWeights(folder)).size));
  const bytes = await Promise.all(models.map((folder) => readFile(join(folder, "weights.bin"), "base64")));
  const metrics = (await run.readMetrics()).map(({ elapsed: _, waiting: __, ...line }) => JSON.stringify(line));
  const rows = (await readFile(join(run.path, "log.csv"), "utf8")).trim().split("\n");
  const events = recordsOf(await readFile(run.events)); // throws for half a record
  const told = events.flatMap((event) => all(event, 5).flatMap((summary) => all(summary, 1)));
  const { elapsed: _, ...loop } = await readLoopState(run);
  return {
    models: models.map((folder) => folder.slice(run.path.length)),
    ...{ weights, bytes, metrics, loop },
    log: rows.map((row) => row.split(",").filter((_, column) => column !== 2)),
    tags: [...new Set(told.map((value) => textIn(value, 1)))].sort(),
    files: await readdir(run.path),
    inside: await Promise.all(models.map((folder) => readdir(folder))),
  };
}

describe.runIf(native)("a training that is killed while it changes its folder", () => {
  it("goes on with --resume, and comes to the same bits as one that was not", async () => {
    expect(expected.models).toEqual(["/best", "/last", "/checkpoints/step-000016", "/checkpoints/step-000020"]);

    const random = new Random(fuzzSeed);
    const run = new RunFolder(join(root, "killed"));
    disk.folder = run.path;
    const deaths: string[] = [];
    for (let kills = 0; kills < 10;) {
      Object.assign(disk, { done: 0, dies: 1 + random.int(Math.ceil(operations / 3)) });
      const goesOn = existsSync(run.config) && existsSync(run.last);
      const died = await trainToy(run, goesOn ? undefined : LENGTH).catch((error: unknown) => error);
      disk.dies = undefined;
      if (!(died instanceof Killed)) {
        // it was done before
        expect(await outcome(run), `seed ${fuzzSeed}:\n${deaths.join("\n")}`).toEqual(expected);
        await rm(run.path, { recursive: true });
        deaths.push("done, and begun again");
        continue;
      }
      kills++;
      deaths.push(`${goesOn ? "resumed" : "begun"}, killed ${died.message.replace(run.path, "")}`);
      await rm(join(run.path, ".lock"), { force: true }); // of a process that lives on, here
    }
    const goesOn = existsSync(run.last);
    if (!goesOn || !(await readLoopState(run)).finished) await trainToy(run, goesOn ? undefined : LENGTH);
    expect(await outcome(run), `seed ${fuzzSeed}:\n${deaths.join("\n")}`).toEqual(expected);
  });
});

describe.runIf(native)("a training that is to be longer, and dies before it is", () => {
  it("is longer all the same, and is not told that it has finished", async () => {
    const run = new RunFolder(join(root, "longer"));
    await trainToy(run, { epochs: 1 });
    disk.folder = run.path;
    disk.fails = (name, path) => (name === "writeFile" && path.includes("metrics.jsonl") ? "EIO" : undefined);
    await expect(trainToy(run, { epochs: 2, resume: true })).rejects.toThrow(/metrics\.jsonl: the device fails/);
    disk.fails = undefined;
    expect(await trainToy(run, undefined)).toMatchObject({ steps: 12, finished: true });
    await expect(trainToy(run, undefined)).rejects.toThrow("this training has finished");
  });
});

describe.runIf(native)("a training for which there is not enough memory", () => {
  it("says at which step, with which batch, and keeps its checkpoint", async () => {
    const run = new RunFolder(join(root, "memory"));
    await trainToy(run, LENGTH, 5);
    const backend = tf.backend() as unknown as { runSavedModel: (...given: unknown[]) => unknown };
    const real = backend.runSavedModel.bind(backend);
    const words = "Session fail to run with error: OOM when allocating tensor with shape[16,320,320,24] and type float";
    let steps = 0;
    const failing = vi.spyOn(backend, "runSavedModel").mockImplementation((...given) => {
      if (JSON.stringify(given[2]).includes("batch/points") && ++steps === 2) throw new Error(words);
      return real(...given);
    });
    const trained = trainToy(run, undefined);
    await expect(trained).rejects.toThrow(
      /^step 7: memory ran out with batches of 16; try --batch 8, .*; the training is kept up to step 5, and can be resumed$/,
    );
    failing.mockRestore();
    expect((await readLoopState(run)).step).toBe(5);
  });
});

describe.runIf(native)("a training whose folder can no longer be written", () => {
  const cases: [code: string, operation: string, file: RegExp, says: RegExp][] = [
    ["ENOSPC", "writeFile", /last.*state\.bin/, /last\/state\.bin: no space is left on the device; free some/],
    ["ENOSPC", "writeFile", /best.*weights\.bin/, /best\/weights\.bin: no space is left on the device/],
    ["EDQUOT", "appendFile", /events/, /events\.\S+: the disk quota is used up/],
    ["EROFS", "rename", /last\.new$/, /last: lies on a disk that can only be read/],
    ["EACCES", "mkdir", /best\.new$/, /best: permission denied/],
  ];

  it("says so in a line, and keeps the checkpoint before whole: it goes on to the same bits", async () => {
    const run = new RunFolder(join(root, "full"));
    await trainToy(run, LENGTH, 5);
    disk.folder = run.path;
    for (const [code, operation, file, says] of cases) {
      disk.fails = (name, path) => (name === operation && file.test(path) ? code : undefined);
      const message = messageOf(await trainToy(run, undefined).catch((error: unknown) => error));
      disk.fails = undefined;
      expect(message, code).toMatch(says);
      const { step, best } = await readLoopState(run);
      expect(message).toMatch(new RegExp(`; the training is kept up to step ${step}, and can be resumed$`));
      expect(message).not.toContain("\n");
      expect(step).toBe(5);
      expect((await readModelWeights(run.best)).size).toBe(8);
      expect(best).toMatchObject({ step: 4 });
    }
    await trainToy(run, undefined);
    expect(await outcome(run)).toEqual(expected);
  });

  it("says so where the folder is gone, and does not make another one", async () => {
    const run = new RunFolder(join(root, "gone"));
    let steps = 0;
    disk.folder = run.path;
    const options = { out: run.path, batch: 16, seed: 5, engine: "native", precision: "float32", epochs: 5 } as const;
    const progress = (): void => {
      if (++steps === 2) rmSync(run.path, { recursive: true });
    };
    const training = train(dataset, (_, { random }) => Promise.resolve(toyTask(random)), options, {}, { progress });
    await expect(training).rejects.toThrow(/config\.json: is gone: the run's folder was removed or moved/);
    expect(existsSync(run.path)).toBe(false);
  });
});
