/**
 * Transfer learning the second way: MobileNet cut at its fifth layer from the end, a layer for our own classes in place
 * of the rest, and the last 23 layers trained at a low rate while those before them keep what they know.
 *
 *     npx tsx examples/mobilenet.ts [folder with a subfolder for each class]
 *
 * With `weights`, a file that Keras has saved or a folder of such weights, it starts from ImageNet; without, from random
 * weights.
 */
import type * as tf from "@tensorflow/tfjs";
import { imageDatasetFromDirectory, loadEngine } from "anchorkit";
import { applications, compile, functional, layers, withSeed } from "anchorkit/keras";
import { adam } from "anchorkit/training";
import { print, runIfStarted } from "./run.ts";

interface Options {
  /** Of the whole network, with its classifier of 1000 classes. */
  weights?: string;
  side?: number;
  /** Factor on the number of channels. */
  alpha?: number;
  epochs?: number;
  log?: (line: string) => void;
}

/** Trains the last 23 layers, and measures them on a fifth of the images; `trained` are the weights that have learnt. */
export async function mobileNet(folder: string, { weights, side = 96, alpha = 0.25, epochs = 10, log }: Options = {}) {
  await loadEngine();
  const [training, validation] = await imageDatasetFromDirectory(folder, {
    ...{ subset: "both", validationSplit: 0.2, seed: 3, imageSize: [side, side], labelMode: "categorical" },
    cache: "ram",
  });
  const published = await applications.mobileNet({
    ...{ inputShape: [side, side, 3], alpha },
    ...(weights !== undefined && { weights }),
  });
  const fifthFromEnd = published.layers.at(-5)?.output as tf.SymbolicTensor;
  const flat = layers.flatten().apply(fifthFromEnd);
  const own = layers.dense({ name: "own", units: training.classNames.length, activation: "softmax" });
  const cut = functional(published.inputs, withSeed(1, () => own.apply(flat)) as tf.SymbolicTensor);
  for (const layer of cut.layers.slice(0, -23)) layer.trainable = false;

  const input = layers.input({ shape: [side, side, 3] });
  const scaled = applications.preprocessing("mobileNet").apply(input);
  const model = functional(input, cut.apply(scaled) as tf.SymbolicTensor);
  const compiled = await compile(model, {
    ...{ optimizer: adam({ learningRate: 1e-4 }), loss: "categorical_crossentropy", metrics: ["accuracy"] },
  });
  await compiled.fit(training, { epochs, validationData: validation, ...(log && { log }) });
  const trained = model.trainableWeights.map(({ originalName }) => originalName);
  const { loss, accuracy } = await compiled.evaluate(validation);
  compiled.dispose();
  published.dispose();
  own.dispose();
  return { trained, loss, accuracy };
}

await runIfStarted(import.meta.url, (folder) => mobileNet(folder, { log: print }));
