import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { buildBackbone } from "../../../src/core/backbones/buildBackbone.ts";
import { disposeWeights, weightValues } from "../../../src/core/namedWeights.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { openPrograms } from "../../../src/engine/graph/program.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { openModel, trainModel } from "../../../src/models.ts";
import { ClipClassifier } from "../../../src/sequence/clips/clipClassifier.ts";
import { measureClips } from "../../../src/sequence/clips/measure.ts";
import { readModelWeights } from "../../../src/training/run/modelFolder.ts";
import { movingSquares } from "./movingSquares.ts";

let clips: Dataset;
let folder: string;
let published: string;
await loadEngine();

beforeAll(async () => {
  ({ folder, clips } = await movingSquares());
  published = await publishedWeights(join(folder, "published"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** A folder of weights as Keras publishes them, of the narrowest MobileNet V1. */
async function publishedWeights(to: string): Promise<string> {
  const { model } = buildBackbone("mobilenet-v1", { random: new Random(8), width: 0.25 });
  const weights: { name: string; shape: readonly number[]; dtype: string; offset: number }[] = [];
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, values }] of weightValues(model)) {
    weights.push({ name, shape, dtype: "float32", offset });
    const bytes = new Uint8Array(Float32Array.from(values).buffer);
    parts.push(bytes);
    offset += bytes.length;
  }
  disposeWeights(model);
  await mkdir(to);
  await writeFile(join(to, "weights.json"), JSON.stringify({ model: "MobileNetV1", alpha: 0.25, weights }));
  await writeFile(join(to, "weights.bin"), Buffer.concat(parts));
  return to;
}

const training = (out: string) => ({
  ...({ out, batch: 2, seed: 3, epochs: 2, precision: "float32", engine: "native" } as const),
  ...({ cache: "ram", tensorboard: false } as const),
});

it("a backbone that does not learn: features taken once say what frames do, and a training goes on with the same bits", async () => {
  const own = { size: 32, units: 6, pretrained: published, fineTuneFrom: "none" };
  const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
  const said: string[] = [];
  await trainModel("cnn-lstm", clips, own, training(whole), {}, { message: (text) => { said.push(text); } }); // prettier-ignore
  const stop = new AbortController();
  let steps = 0;
  const stopping = { progress: () => { if (++steps === 2) stop.abort(); } }; // prettier-ignore
  await trainModel("cnn-lstm", clips, own, { ...training(parts), signal: stop.signal }, {}, stopping);
  const { epochs: _, ...rest } = training(parts);
  await rm(published, { recursive: true }); // the run has the weights in itself
  expect(await trainModel("cnn-lstm", clips, {}, { ...rest, resume: true })).toMatchObject({ finished: true });
  const weightsOf = async (run: string) =>
    [...(await readModelWeights(join(run, "last")))].map(([name, { values }]) => [name, [...values]]);
  expect(await weightsOf(parts)).toEqual(await weightsOf(whole));
  expect(said.join()).toContain("the backbone does not learn: features of 31 frames were taken once");

  const model = await openModel(join(whole, "last"), { precision: "float32", engine: "native" });
  if (!(model instanceof ClipClassifier)) throw new Error("no classifier of clips");
  const held = clips.images.filter(({ split }) => split === "val");
  const { metrics } = measureClips(await model.classifyLabelled(held), model.classes);
  model.dispose();
  const lines = (await readFile(join(whole, "metrics.jsonl"), "utf8")).trim().split("\n");
  const { metrics: trained } = JSON.parse(lines.at(-1) ?? "") as { metrics: Record<string, number> };
  expect(Object.keys(metrics)).toEqual(Object.keys(trained));
  for (const [name, value] of Object.entries(metrics)) expect(value, name).toBeCloseTo(trained[name] ?? NaN, 5);
  expect(openPrograms()).toBe(0);
});
