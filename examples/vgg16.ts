/**
 * Transfer learning the first way: VGG16 as it was published, its last layer replaced by one for our own classes, and
 * everything else frozen.
 *
 *     npx tsx examples/vgg16.ts [folder with a subfolder for each class]
 *
 * With `weights`, a file that Keras has saved (vgg16_weights_tf_dim_ordering_tf_kernels.h5), it starts from ImageNet;
 * without, from random weights, which shows how it is done and learns little.
 */
import type * as tf from "@tensorflow/tfjs";
import { imageDatasetFromDirectory, loadEngine } from "anchorkit";
import { applications, compile, functional, layers, withSeed } from "anchorkit/keras";
import { adam } from "anchorkit/training";
import { print, runIfStarted } from "./run.ts";

interface Options {
  weights?: string;
  /** Height and width of the images; a multiple of 32, and 224 for published weights. */
  side?: number;
  /** Of the network's own dense layers, where there are no published weights. */
  topUnits?: number;
  epochs?: number;
  log?: (line: string) => void;
}

/** Trains the new last layer; `trained` are the weights that have learnt. */
export async function vgg16(folder: string, { weights, side = 64, topUnits = 256, epochs = 5, log }: Options = {}) {
  await loadEngine();
  const dataset = await imageDatasetFromDirectory(folder, {
    imageSize: [side, side],
    labelMode: "categorical",
    cache: "ram",
    seed: 2,
  });
  const published = await applications.vgg16({
    inputShape: [side, side, 3],
    ...(weights === undefined ? { topUnits } : { weights }),
  });
  for (const layer of published.layers) layer.trainable = false;
  const upToLast = functional(published.inputs, published.layers.at(-2)?.output as tf.SymbolicTensor);

  const input = layers.input({ shape: [side, side, 3] });
  const features = upToLast.apply(applications.preprocessing("vgg16").apply(input));
  const own = layers.dense({ name: "own", units: dataset.classNames.length, activation: "softmax" });
  const model = functional(input, withSeed(1, () => own.apply(features)) as tf.SymbolicTensor);
  const compiled = await compile(model, {
    ...{ optimizer: adam({ learningRate: 1e-3 }), loss: "categorical_crossentropy", metrics: ["accuracy"] },
  });
  const { history } = await compiled.fit(dataset, { epochs, ...(log && { log }) });
  const trained = model.trainableWeights.map(({ originalName }) => originalName);
  compiled.dispose();
  published.dispose();
  own.dispose();
  return { trained, loss: history.loss };
}

await runIfStarted(import.meta.url, (folder) => vgg16(folder, { log: print }));
