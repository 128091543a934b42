/**
 * What ImageDataGenerator does in Keras, as layers of the model: they vary images in training alone, are compiled with
 * it, and are saved with it.
 *
 *     npx tsx examples/image-data-generator.ts [folder with a subfolder for each class]
 */
import type * as tf from "@tensorflow/tfjs";
import { imageDatasetFromDirectory, loadEngine } from "anchorkit";
import { compile, layers, sequential, withSeed } from "anchorkit/keras";
import type { FillMode } from "anchorkit/core";
import { print, runIfStarted } from "./run.ts";

/** The options of ImageDataGenerator, by its names in camel case, with its units. */
interface Generator {
  rescale?: number;
  /** Degrees. */
  rotationRange?: number;
  /** Shares of width and height. */
  widthShiftRange?: number;
  heightShiftRange?: number;
  /** Degrees. */
  shearRange?: number;
  /** A share: 0.2 for factors of 0.8 to 1.2. */
  zoomRange?: number;
  horizontalFlip?: boolean;
  verticalFlip?: boolean;
  /** Factors of the brightness. */
  brightnessRange?: [number, number];
  fillMode?: FillMode;
  cval?: number;
}

/** The layers that do what the options say; `featurewise_center` and `_std_normalization` are `layers.normalization`. */
export function generatorLayers(options: Generator): tf.layers.Layer[] {
  const {
    rescale,
    rotationRange = 0,
    widthShiftRange = 0,
    heightShiftRange = 0,
    shearRange = 0,
    zoomRange = 0,
  } = options;
  const { horizontalFlip = false, verticalFlip = false, brightnessRange, fillMode = "nearest", cval = 0 } = options;
  const outside = { fillMode, fillValue: cval };
  const mode = horizontalFlip && verticalFlip ? "horizontal_and_vertical" : horizontalFlip ? "horizontal" : "vertical";
  return [
    ...(brightnessRange ? [layers.randomBrightness({ factor: [brightnessRange[0] - 1, brightnessRange[1] - 1] })] : []),
    ...(rotationRange > 0 ? [layers.randomRotation({ factor: rotationRange / 360, ...outside })] : []),
    ...(widthShiftRange > 0 || heightShiftRange > 0
      ? [layers.randomTranslation({ heightFactor: heightShiftRange, widthFactor: widthShiftRange, ...outside })]
      : []),
    ...(shearRange > 0 ? [layers.randomShear({ xFactor: Math.tan((shearRange * Math.PI) / 180), ...outside })] : []),
    ...(zoomRange > 0 ? [layers.randomZoom({ heightFactor: zoomRange, widthFactor: zoomRange, ...outside })] : []),
    ...(horizontalFlip || verticalFlip ? [layers.randomFlip({ mode })] : []),
    ...(rescale === undefined ? [] : [layers.rescaling({ scale: rescale })]),
  ];
}

/** Trains on varied images; measures them as they are. */
export async function imageDataGenerator(
  folder: string,
  { epochs = 15, log = undefined as ((line: string) => void) | undefined } = {},
) {
  await loadEngine();
  const [training, validation] = await imageDatasetFromDirectory(folder, {
    ...{ subset: "both", validationSplit: 0.25, seed: 1, imageSize: [32, 32], labelMode: "categorical" },
    cache: "ram",
  });
  const model = withSeed(1, () =>
    sequential([
      layers.inputLayer({ inputShape: [32, 32, 3] }),
      ...generatorLayers({
        ...{ rescale: 1 / 255, rotationRange: 15, widthShiftRange: 0.1, heightShiftRange: 0.1, shearRange: 10 },
        ...{ zoomRange: 0.1, horizontalFlip: true, brightnessRange: [0.8, 1.2], fillMode: "nearest" },
      }),
      layers.conv2d({ filters: 16, kernelSize: 3, activation: "relu" }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu" }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: training.classNames.length, activation: "softmax" }),
    ]),
  );
  const compiled = await compile(model, {
    ...{ optimizer: "adam", loss: "categorical_crossentropy", metrics: ["accuracy"] },
  });
  await compiled.fit(training, { epochs, validationData: validation, ...(log && { log }) });
  const measured = await compiled.evaluate(validation);
  compiled.dispose();
  model.dispose();
  return measured;
}

await runIfStarted(import.meta.url, (folder) => imageDataGenerator(folder, { log: print }));
