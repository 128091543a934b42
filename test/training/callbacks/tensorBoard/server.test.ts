import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cacheFolder } from "../../../../src/base/cacheFolder.ts";
import { encodeGraph } from "../../../../src/engine/graph/graphDef.ts";
import { tensorBoard } from "../../../../src/training/callbacks/tensorBoard/tensorBoard.ts";
import { progress, validation, viewOf } from "../validations.ts";
import { startTensorBoard, type TensorBoardServer } from "./tensorBoardServer.ts";

// bench/tensorboard.ts makes the environment, and runs this.
const python = process.env.TENSORBOARD_PYTHON ?? join(cacheFolder(), "tensorboard", "bin", "python");
const there = existsSync(python);
const title = there
  ? "the real tensorboard"
  : "the real tensorboard (skipped: npx tsx bench/tensorboard.ts installs it and runs this)";

describe.skipIf(!there)(title, () => {
  let folder: string;
  let server: TensorBoardServer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "anchorkit-board-"));
    const white = await sharp({ create: { width: 30, height: 20, channels: 3, background: "#fff" } })
      .jpeg()
      .toBuffer();
    const shared = {
      graph: () => encodeGraph([{ name: "predict/images", op: "Placeholder", input: [], attr: {} }]),
      weights: () => new Map([["conv/kernel", { shape: [3], values: Float32Array.of(-1, 0, 3) }]]),
      pictures: () => Promise.resolve([{ name: "found/1 a.jpg", width: 30, height: 20, encoded: white }]),
    };
    for (const [name, lr] of [
      ["one", 0.01],
      ["two", 0.02],
    ] as const) {
      const callback = tensorBoard(join(folder, name, "events.out.tfevents.anchorkit"));
      await callback.onBegin?.(viewOf({ ...shared, config: { lr, flip: "both" } }));
      for (let step = 1; step <= 20; step++) callback.onStep?.(progress({ step, losses: { loss: 1 / step } }));
      await callback.onValidation?.(validation({ step: 20, validationLoss: 2, metrics: { AP: lr } }));
      if (name === "two") {
        // goes on from step 10: what was written after that is to be forgotten
        const again = tensorBoard(join(folder, name, "events.out.tfevents.anchorkit"));
        await again.onBegin?.(viewOf({ ...shared, step: 10, config: { lr, flip: "both" } }));
        for (let step = 11; step <= 30; step++) again.onStep?.(progress({ step, losses: { loss: 7 } }));
        await again.onEnd?.("finished");
      } else await callback.onEnd?.("finished");
    }
    server = await startTensorBoard(python, folder);
    const loaded = async (): Promise<boolean> => JSON.stringify(await server.json("runs")) === '["one","two"]';
    for (let i = 0; i < 300 && !(await loaded()); i++) await new Promise((resolve) => setTimeout(resolve, 200));
  }, 200_000);
  afterAll(async () => {
    server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const points = async (run: string, tag: string): Promise<number[][]> => {
    const rows = (await server.json(`plugin/scalars/scalars?run=${run}&tag=${encodeURIComponent(tag)}`)) as number[][];
    return rows.map(([, step = NaN, value = NaN]) => [step, Number(value.toFixed(4))]);
  };

  it("shows losses, rates and what was measured as curves, and forgets what a session wrote again", async () => {
    expect(await points("one", "train/loss")).toEqual([
      [10, 0.2929],
      [20, 0.0669],
    ]);
    expect(await points("two", "train/loss")).toEqual([
      [10, 0.2929],
      [20, 7],
      [30, 7],
    ]);
    expect(await points("one", "train/learningRate")).toEqual([
      [10, 0.1],
      [20, 0.1],
    ]);
    expect(await points("one", "validation/loss")).toEqual([[20, 2]]);
    expect(await points("one", "validation/AP")).toEqual([[20, 0.01]]);
  });

  it("shows histograms of the weights", async () => {
    const rows = (await server.json("plugin/histograms/histograms?run=one&tag=weights/conv/kernel")) as [
      number,
      number,
      number[][],
    ][];
    expect(rows.map(([, step]) => step)).toEqual([20]);
    const buckets = rows[0]?.[2] ?? [];
    expect(buckets.reduce((sum, [, , count = 0]) => sum + count, 0)).toBe(3);
    expect([buckets[0]?.[0], buckets.at(-1)?.[1]]).toEqual([-1, 3]);
  });

  it("shows pictures", async () => {
    const query = "run=one&tag=found/1 a.jpg&sample=0";
    const images = await server.json(`plugin/images/images?${query}`);
    expect(images).toMatchObject([{ step: 20 }]);
    const blob = (images as { query: string }[])[0]?.query ?? "";
    expect(await sharp(await server.bytes(`plugin/images/individualImage?${blob}`)).metadata()).toMatchObject({
      format: "jpeg",
      width: 30,
    });
  });

  it("shows the graph", async () => {
    const graph = (await server.bytes("plugin/graphs/graph?run=one&conceptual=false")).toString();
    expect(graph).toContain('name: "predict/images"');
  });

  it("compares runs by their options", async () => {
    const request = { experimentName: "", colParams: [], allowedStatuses: ["STATUS_SUCCESS"], sliceSize: 10 };
    const query = encodeURIComponent(JSON.stringify(request));
    const groups = (await server.json(`plugin/hparams/session_groups?request=${query}`)) as {
      sessionGroups: { name: string; hparams: Record<string, unknown>; sessions: { status: string }[] }[];
    };
    const found = groups.sessionGroups.map(({ hparams, sessions }) => [hparams, sessions[0]?.status]);
    expect(found).toEqual(
      expect.arrayContaining([
        [{ lr: 0.01, flip: "both" }, "STATUS_SUCCESS"],
        [{ lr: 0.02, flip: "both" }, "STATUS_SUCCESS"],
      ]),
    );
  });
});
