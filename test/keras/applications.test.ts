import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, expect, it } from "vitest";
import { loadEngine } from "../../src/engine/load.ts";
import { applications } from "../../src/keras/applications.ts";

beforeAll(() => loadEngine());
afterEach(() => {
  tf.disposeVariables();
});

// Of Keras 3.15.1's own, in 224 x 224; EfficientNetB0 counts seven numbers of its preprocessing there.
it.each([
  ["mobileNet", 4_253_864, "predictions"],
  ["mobileNetV2", 3_538_984, "predictions"],
  ["mobileNetV3Small", 2_554_968, "conv_2"],
  ["mobileNetV3Large", 5_507_432, "logits"],
  ["efficientNetB0", 5_330_571 - 7, "top_conv"],
] as const)("%s has as many weights as Keras's, its classifier's too, and gives probabilities", async (name, count, layer) => {
  const model = await applications[name]({ inputShape: [64, 96, 3], classes: 1000 });
  expect(model.countParams()).toBe(count);
  expect(model.getLayer(layer).name).toBe(layer);
  const [shape, sum] = tf.tidy(() => {
    const pixels = applications.preprocessing(name).apply(tf.fill([2, 64, 96, 3], 100)) as tf.Tensor;
    const probabilities = model.predict(pixels) as tf.Tensor;
    return [probabilities.shape, probabilities.sum(-1).dataSync()[1]];
  });
  expect(shape).toEqual([2, 1000]);
  expect(sum).toBeCloseTo(1, 4);
}); // prettier-ignore

it("preprocessing brings white and black to the range of each network", () => {
  const ends = (name: Parameters<typeof applications.preprocessing>[0]): number[][] =>
    tf.tidy(() => {
      const layer = applications.preprocessing(name);
      return (layer.apply(tf.tensor([[0, 0, 0], [255, 255, 255]])) as tf.Tensor2D).arraySync(); // prettier-ignore
    });
  const expected: [Parameters<typeof applications.preprocessing>[0], number[][]][] = [
    ["mobileNetV3Large", [[-1, -1, -1], [1, 1, 1]]], // prettier-ignore
    ["efficientNetB0", [[-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225], [0.515 / 0.229, 0.544 / 0.224, 0.594 / 0.225]]], // prettier-ignore
    ["resnet50", [[-123.68, -116.779, -103.939], [131.32, 138.221, 151.061]]], // prettier-ignore
  ];
  for (const [name, rows] of expected) {
    for (const [i, row] of ends(name).entries()) {
      for (const [c, value] of row.entries()) expect(value, name).toBeCloseTo(rows[i]?.[c] ?? NaN, 4);
    }
  }
});
