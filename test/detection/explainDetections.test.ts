import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import type { Preprocessing } from "../../src/base/preprocessing.ts";
import { explainDetections } from "../../src/detection/explainDetections.ts";
import type { Program } from "../../src/engine/graph/program.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { detections } from "../../src/geometry/detections.ts";

await loadEngine({ engine: "cpu" });
const preprocessing: Preprocessing = {
  ...{ canvas: { width: 128, height: 128 }, resize: "fit", fill: 0, mean: [0, 0, 0], deviation: [1, 1, 1] },
};

it("looks at the coarsest map that has three cells along a box, else at the finest; its box is the RoI", () => {
  const fed: { layer: string; roi: number[]; weights: number[] }[] = [];
  const explainers = [8, 16, 32].map((stride) => {
    const layer = `map_${stride}`;
    const run: Program["run"] = (_, { rois, weights }) => {
      fed.push({ layer, roi: [...(rois?.dataSync() ?? [])], weights: [...(weights?.dataSync() ?? [])] });
      return { heat: tf.ones([1, 1, 1]) };
    };
    const nothing = (): void => undefined;
    const program: Program = { mode: "eager", run, pull: nothing, push: nothing, dispose: nothing };
    return { layer, stride, program };
  });
  // 256 x 128 pixels on a canvas of 128 x 128: half the size, and 32 pixels from above
  const image = { pixels: new Uint8Array(128 * 64 * 3), width: 128, height: 64, original: { width: 256, height: 128 } };
  const boxes = [0, 0, 256, 128, 0, 0, 192, 48, 10, 20, 30, 40]; // sides on the canvas: 91, 48, 10
  const found = detections({ boxes, scores: [0.9, 0.8, 0.7], classes: [0, 1, 0] });
  const explained = explainDetections(explainers, image, found, { preprocessing, classes: ["a", "b"] });
  expect(fed).toEqual([
    { layer: "map_16", roi: [0, 32, 128, 96], weights: [0, 1, 0] },
    { layer: "map_16", roi: [0, 32, 96, 56], weights: [0, 0, 1] },
    { layer: "map_8", roi: [5, 42, 15, 52], weights: [0, 1, 0] },
  ]);
  expect(explained.map(({ layer, class: k, box }) => [layer, k, box])).toEqual([
    ["map_16", 0, [0, 0, 256, 128]],
    ["map_16", 1, [0, 0, 192, 48]],
    ["map_8", 0, [10, 20, 30, 40]],
  ]);
  const [whole] = explainDetections(
    explainers,
    image,
    detections({ boxes: [0, 0, 288, 128], scores: [1], classes: [0] }),
    {
      ...{ preprocessing, classes: ["a", "b"] },
    },
  );
  expect(whole?.layer).toBe("map_32"); // 144 x 64: exactly 96
});
