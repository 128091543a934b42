import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findRuns } from "../../../src/training/run/findRuns.ts";
import { flatOptions } from "../../../src/training/run/flatOptions.ts";
import { differingOptions } from "../../../src/training/run/runSummary.ts";
import { writeRun } from "./writtenRuns.ts";

let folder: string;
beforeAll(async () => {
  await tf.setBackend("cpu");
  folder = await mkdtemp(join(tmpdir(), "anchorkit-find-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("runs in a folder", () => {
  it("are found at any depth with what came of them, beside damaged and foreign folders", async () => {
    await writeRun(join(folder, "b"), { config: { lr: 0.1, began: "2026-01-02T03:04:05Z" }, scores: [0.1, 0.3, 0.2] });
    await writeRun(join(folder, "more", "deep", "a"), { config: { lr: 0.2 }, scores: [0.4], finished: false });
    await writeRun(join(folder, "damaged"), { scores: [0.1] });
    await truncate(join(folder, "damaged", "last", "state.bin"), 90);
    await mkdir(join(folder, "nothing", "in", "here"), { recursive: true });
    await mkdir(join(folder, "foreign"));
    await writeFile(join(folder, "foreign", "config.json"), '{ "model_type": "bert" }');
    await mkdir(join(folder, "broken"));
    await writeFile(join(folder, "broken", "config.json"), "{");

    const { runs, problems } = await findRuns(folder);
    expect(runs.map((run) => run.folder)).toEqual([join(folder, "b"), join(folder, "more", "deep", "a")]);
    expect(runs[0]).toMatchObject({
      ...{ model: "faster-rcnn", data: "/photos", began: "2026-01-02T03:04:05Z", seconds: 90, steps: 300 },
      ...{ finished: true, best: { score: 0.3, step: 200, metrics: { AP: 0.3, AP50: 0.6 } }, length: "9 epochs" },
    });
    expect(runs[0]?.history).toHaveLength(3);
    expect(runs[1]).toMatchObject({ finished: false, best: { score: 0.4, step: 100 } });
    expect(Date.now() - Date.parse(runs[1]?.began ?? "")).toBeLessThan(600_000);
    expect(problems.map((line) => line.slice(folder.length + 1))).toEqual([
      expect.stringMatching(/^broken\/config\.json: /),
      expect.stringMatching(/^damaged\/last\/state\.bin: not a checkpoint, or cut short/),
      "foreign: holds no training, for all its config.json",
      "nothing: holds no training",
    ]);
    expect(differingOptions(runs)).toEqual(new Map([["lr", [0.1, 0.2]]]));
    expect((await findRuns(join(folder, "b"))).runs).toHaveLength(1);
    await expect(findRuns(join(folder, "gone"))).rejects.toThrow(/gone/);
  });

  it("differ in options at any depth, also where one has none", () => {
    expect(
      flatOptions({
        a: 1,
        canvas: { width: 3, height: 4 },
        anchors: [[1, 2]],
        none: undefined,
        operations: [{ n: "x" }],
      }),
    ).toEqual({ a: 1, "canvas.width": 3, "canvas.height": 4, anchors: "[[1,2]]", "operations.0.n": "x" });
    const runs = [
      { a: 1, b: "x" },
      { a: 1, c: true },
      { a: 1, b: "x" },
    ].map((options) => ({ options })) as never;
    expect([...differingOptions(runs)]).toEqual([
      ["b", ["x", undefined, "x"]],
      ["c", [undefined, true, undefined]],
    ]);
  });
});
