/**
 * A sequential network with batch normalisation and two dropouts, whose learning rate is cut where the validation
 * accuracy no longer rises (ReduceLROnPlateau), on samples that are arrays in memory.
 *
 *     npx tsx examples/batch-normalization.ts [folder with a subfolder for each class]
 */
import { type ImageDataset, imageDatasetFromDirectory, loadEngine } from "anchorkit";
import { compile, layers, sequential, withSeed } from "anchorkit/keras";
import { csvLog, reduceOnPlateau } from "anchorkit/training";
import * as tf from "@tensorflow/tfjs";
import { print, runIfStarted } from "./run.ts";

/** Trains on a folder of images; gives the learning rate of each epoch and the last accuracy. */
export async function batchNormalization(folder: string, { epochs = 20, csv = "epochs.csv", log = print } = {}) {
  await loadEngine();
  const dataset = await imageDatasetFromDirectory(folder, {
    ...{ imageSize: [28, 28], colorMode: "grayscale", labelMode: "categorical", batchSize: 1000 },
    seed: 5,
  });
  const [x, y] = await wholeOf(dataset);
  const model = withSeed(1, () =>
    sequential([
      layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, padding: "same", activation: "relu" }),
      layers.batchNormalization(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 64, kernelSize: 3, padding: "same", activation: "relu" }),
      layers.dropout({ rate: 0.2, name: "first" }),
      layers.batchNormalization(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 128, activation: "relu" }),
      layers.dropout({ rate: 0.3, name: "second" }),
      layers.dense({ units: dataset.classNames.length, activation: "softmax" }),
    ]),
  );
  const compiled = await compile(model, {
    ...{ optimizer: "adam", loss: "categorical_crossentropy", metrics: ["accuracy", "precision", "recall"] },
  });
  const { history } = await compiled.fit(x, y, {
    ...{ epochs, batchSize: 32, validationSplit: 0.25, log },
    callbacks: [reduceOnPlateau({ monitor: "val_accuracy", patience: 2, factor: 0.5, minRate: 1e-5 }), csvLog(csv)],
  });
  tf.dispose([x, y]);
  compiled.dispose();
  model.dispose();
  return { rates: history.learning_rate, accuracy: history.val_accuracy?.at(-1) };
}

/** All images of a data set, scaled to 0 to 1, and their labels. */
async function wholeOf(dataset: ImageDataset): Promise<[tf.Tensor, tf.Tensor]> {
  const images: tf.Tensor[] = [];
  const labels: tf.Tensor[] = [];
  for await (const batch of dataset) {
    const pixels = tf.tensor(batch.images, batch.shape, "float32");
    images.push(pixels.div(255));
    labels.push(tf.tensor(batch.labels ?? [], [batch.shape[0], dataset.classNames.length]));
    pixels.dispose();
  }
  const whole: [tf.Tensor, tf.Tensor] = [tf.concat(images), tf.concat(labels)];
  tf.dispose([images, labels]);
  return whole;
}

await runIfStarted(import.meta.url, batchNormalization);
