import * as tf from "@tensorflow/tfjs";
import { afterAll, describe, expect, it } from "vitest";
import type { Preprocessing } from "../../../src/base/preprocessing.ts";
import { Random } from "../../../src/base/random.ts";
import { lastMap, mapLayers } from "../../../src/core/gradCam.ts";
import { disposeWeights, weightsOf } from "../../../src/core/namedWeights.ts";
import { packBytes } from "../../../src/core/ops/bytes.ts";
import { explainStep, featureModel } from "../../../src/detection/fasterRcnn/explainStep.ts";
import { buildFasterRcnn } from "../../../src/detection/fasterRcnn/network.ts";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import { loadEngine } from "../../../src/engine/load.ts";

const native = (await loadEngine()).name === "native";
const preprocessing: Preprocessing = {
  ...{ canvas: { width: 96, height: 64 }, resize: "fit", fill: 0 },
  ...{ mean: [128, 128, 128], deviation: [64, 64, 64] },
};
const network = buildFasterRcnn(
  { backbone: "small", width: 1, channels: 8, hidden: 8, pooled: 2, classSpecificBoxes: false },
  { levels: [{ stride: 8, anchors: [[20, 20]] }], classes: 2 },
  new Random(2),
);
const layers = mapLayers(featureModel(network));
const random = new Random(3);
const images = packBytes(Uint8Array.from({ length: 96 * 64 * 3 }, () => random.int(256)));
afterAll(() => {
  disposeWeights(network.model);
  images.dispose();
});

/** The heat of a class for a box, row by row. */
async function heatOf(name: string, box: number[], k: number, mode: "auto" | "eager" = "auto"): Promise<Float32Array> {
  const layer = layers.get(name) ?? expect.fail(`there is no layer ${name}`);
  const step = explainStep({ network, preprocessing, classes: 2, layer });
  const program = await compileProgram({ step }, { variables: weightsOf(network.model, false), frozen: true, mode });
  const feeds = { rois: tf.tensor3d([[box]]), weights: tf.oneHot([k + 1], 3).toFloat() };
  const before = tf.memory().numTensors;
  const { heat = expect.fail() } = program.run("step", { images, ...feeds });
  const values = heat.dataSync<"float32">();
  heat.dispose();
  expect(tf.memory().numTensors).toBe(before);
  tf.dispose(feeds);
  program.dispose();
  return values;
}

describe.runIf(native)("the heat of a detection", () => {
  it("comes out of a recorded step as it does op by op", async () => {
    const name = lastMap(network.backbone);
    const [recorded, plain] = [await heatOf(name, [10, 8, 60, 50], 1), await heatOf(name, [10, 8, 60, 50], 1, "eager")];
    expect(plain).toHaveLength(2 * 3);
    const most = Math.max(...plain);
    expect(most).toBeGreaterThan(0);
    plain.forEach((value, i) => {
      expect((recorded[i] ?? NaN) / most).toBeCloseTo(value / most, 3);
    });
  });

  it("is that of its own box and class", async () => {
    const other = await heatOf("neck_relu", [40, 24, 72, 56], 0);
    const heat = await heatOf("neck_relu", [40, 24, 72, 56], 1);
    expect(Math.max(...heat)).toBeGreaterThan(0);
    expect(heat).not.toEqual(other);
    // cells of 8 pixels: nothing but those beneath the box, and their neighbours, can have a part in its score
    heat.forEach((value, i) => {
      const [x, y] = [i % 12, Math.floor(i / 12)];
      if (x < 4 || x > 9 || y < 2 || y > 7) expect(value, `cell ${x}, ${y}`).toBe(0);
    });
  });
});
