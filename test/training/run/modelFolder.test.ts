import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, expect, it } from "vitest";
import { z } from "zod";
import { disposeWeights } from "../../../src/core/namedWeights.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import {
  describeAnew,
  describeFurther,
  readDescription,
  saveModelFolder,
} from "../../../src/training/run/modelFolder.ts";

await loadEngine({ engine: "cpu" });
const folder = mkdtempSync(join(tmpdir(), "anchorkit-model-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const kind = "classification";
const description = { model: "toy", classes: ["a", "b"] };
type Described = typeof description & { weights: { sha256: string }; categoryIds?: number[] };
const inFile = (): Described => JSON.parse(readFileSync(join(folder, "classifier.json"), "utf8")) as Described;

async function save(described: object): Promise<void> {
  const network = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], name: "out" })] });
  const model = { kind, description: { ...description, ...described }, network, averages: new Map() } as const;
  await saveModelFolder(folder, model);
  disposeWeights(network);
}

it("thresholds belong to the weights: they stay when the model is described anew, and nothing else does", async () => {
  await save({ thresholds: [0.4, 0.6], categoryIds: [7, 9] });
  const { weights } = inFile();
  await describeAnew(folder, { kind, description });
  expect(inFile()).toEqual({ ...description, thresholds: [0.4, 0.6], weights });
});

it("what was measured of weights is written to them alone", async () => {
  await save({});
  const measured = inFile();
  expect(await describeFurther(folder, { kind, description: measured }, { thresholds: [0.3, 0.7] })).toBe(
    join(folder, "classifier.json"),
  );
  expect(inFile()).toEqual({ ...measured, thresholds: [0.3, 0.7] });
  await save({}); // other weights, drawn anew
  const now = inFile();
  await expect(describeFurther(folder, { kind, description: measured }, { thresholds: [0, 1] })).rejects.toThrow(
    `${folder}: its weights have changed meanwhile`,
  );
  expect(inFile()).toEqual(now);
});

it("a model of another kind than is asked for is said to be one", async () => {
  await expect(readDescription(folder, "detection", z.looseObject({}))).rejects.toThrow(
    `${folder}: holds a model for classification, and none for detection`,
  );
});
