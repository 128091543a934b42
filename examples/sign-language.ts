/**
 * Signs of 28 x 28 pixels, as in the sign language MNIST: a small convolutional network whose first layers bring images
 * of any size to 28 x 28, scale them and turn them a little; training ends when it no longer gets better on a fifth of
 * the images, and keeps the best weights and a checkpoint of each epoch.
 *
 *     npx tsx examples/sign-language.ts [folder with a subfolder for each class]
 */
import { imageDatasetFromDirectory, loadEngine } from "anchorkit";
import { compile, layers, sequential, withSeed } from "anchorkit/keras";
import { earlyStopping, modelCheckpoint } from "anchorkit/training";
import { print, runIfStarted } from "./run.ts";

/** Trains on a folder of images, and measures the best weights on the validation images. */
export async function signLanguage(folder: string, { epochs = 30, out = "runs/sign-language", log = print } = {}) {
  await loadEngine();
  const [training, validation] = await imageDatasetFromDirectory(folder, {
    ...{ subset: "both", validationSplit: 0.2, seed: 7 },
    ...{ imageSize: [48, 48], colorMode: "grayscale", batchSize: 32, cache: "ram" },
  });
  const model = withSeed(1, () =>
    sequential([
      layers.resizing({ inputShape: [48, 48, 1], height: 28, width: 28 }),
      layers.rescaling({ scale: 1 / 255 }),
      layers.randomRotation({ factor: 0.05, name: "turned" }),
      layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu" }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 128, activation: "relu" }),
      layers.dropout({ rate: 0.3, name: "dropped" }),
      layers.dense({ units: training.classNames.length, activation: "softmax" }),
    ]),
  );
  const compiled = await compile(model, {
    ...{ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] },
  });
  log(compiled.summary());
  const { epoch, best, stopped } = await compiled.fit(training, {
    ...{ epochs, validationData: validation, restoreBest: true, out, overwrite: true, log },
    callbacks: [
      earlyStopping({ monitor: "val_loss", patience: 5 }),
      modelCheckpoint({ every: { epochs: 1 }, keep: 3 }),
    ],
  });
  const { loss, accuracy } = await compiled.evaluate(validation);
  compiled.dispose();
  model.dispose();
  return { epochs: epoch.length, best, stopped, loss, accuracy };
}

await runIfStarted(import.meta.url, signLanguage);
