import * as tf from "@tensorflow/tfjs";
import { expect, onTestFinished, test } from "vitest";
import { disposeWeights } from "../../src/core/namedWeights.ts";
import { folder, run } from "./examples.ts";

test("the example of training as in Keras learns, keeps its best weights, and reads them again", async () => {
  const here = process.cwd();
  onTestFinished(() => {
    process.chdir(here);
  });
  process.chdir(folder);
  const found = (await run("keras.md", "src", ["quarters.ts"])) as {
    accuracies: number[];
    measured: Record<string, number>;
    again: tf.LayersModel;
  };
  const { accuracies, measured, again } = found;
  expect(Math.max(...accuracies)).toBeGreaterThan(0.8);
  expect(Object.keys(measured)).toEqual(["loss", "accuracy", "auc"]);
  const point = tf.tensor([[1, 1]]);
  const said = again.predict(point) as tf.Tensor;
  expect(said.dataSync()[0]).toBeGreaterThan(0.5);
  tf.dispose([point, said]);
  disposeWeights(again);
});
