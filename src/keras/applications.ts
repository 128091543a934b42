import * as tf from "@tensorflow/tfjs";
import { Random } from "../base/random.ts";
import type { Backbone } from "../core/backbones/backbone.ts";
import { buildBackbone } from "../core/backbones/buildBackbone.ts";
import { readKerasWeights, setKerasWeights } from "../core/kerasWeights.ts";
import { readPublishedBackbone } from "../core/publishedBackbone.ts";
import { Dropout } from "../core/layers/dropout.ts";
import { Rescaling } from "../core/layers/preprocessing/rescaling.ts";

export interface ApplicationOptions {
  /** Of the images, with 3 channels; [224, 224, 3] unless told. */
  inputShape?: [height: number, width: number, channels: 3];
  /** A .h5 file of Keras, or a folder of weights.json and weights.bin; drawn at random unless told. */
  weights?: string;
  /** Whether its own classifier is there; it is unless told. */
  includeTop?: boolean;
  /** Of that classifier; 1000 unless told. */
  classes?: number;
  /** MobileNets: factor on the number of channels; 1 unless told. */
  alpha?: number;
  /** VGG16: units of its two dense layers; 4096 unless told. */
  topUnits?: number;
  /** Draws weights; 0 unless told. */
  seed?: number;
}

/** Networks that Keras publishes weights of. */
type Name = "mobilenet-v1" | "mobilenet-v2" | "vgg16" | "resnet50";

/** What stands on the last map of each, by the names of Keras's layers. */
const TOPS: Readonly<Record<Name, (options: Required<ApplicationOptions>) => tf.layers.Layer[]>> = {
  "mobilenet-v1": ({ classes, seed, inputShape: [height, width], alpha }) => [
    tf.layers.averagePooling2d({
      ...{ name: "global_average_pooling2d", poolSize: [Math.ceil(height / 32), Math.ceil(width / 32)] },
    }),
    new Dropout({ name: "dropout", rate: 1e-3 }),
    tf.layers.conv2d({
      name: "conv_preds",
      filters: classes,
      kernelSize: 1,
      kernelInitializer: drawn(seed, 1024 * alpha),
    }),
    tf.layers.reshape({ name: "reshape_2", targetShape: [classes] }),
    tf.layers.activation({ name: "predictions", activation: "softmax" }),
  ],
  "mobilenet-v2": ({ classes, seed }) => [
    tf.layers.globalAveragePooling2d({ name: "global_average_pooling2d" }),
    tf.layers.dense({ name: "predictions", units: classes, activation: "softmax", kernelInitializer: drawn(seed, 0) }),
  ],
  vgg16: ({ classes, topUnits, seed }) => [
    tf.layers.flatten({ name: "flatten" }),
    tf.layers.dense({ name: "fc1", units: topUnits, activation: "relu", kernelInitializer: drawn(seed, 1) }),
    tf.layers.dense({ name: "fc2", units: topUnits, activation: "relu", kernelInitializer: drawn(seed, 2) }),
    tf.layers.dense({ name: "predictions", units: classes, activation: "softmax", kernelInitializer: drawn(seed, 3) }),
  ],
  resnet50: ({ classes, seed }) => [
    tf.layers.globalAveragePooling2d({ name: "avg_pool" }),
    tf.layers.dense({ name: "predictions", units: classes, activation: "softmax", kernelInitializer: drawn(seed, 0) }),
  ],
};

/**
 * `keras.applications`: published networks as models whose layers follow one another flatly under Keras's names, so that
 * they can be cut, frozen and extended; with random weights, or with those of a file. What they are fed comes from
 * `preprocessing`. Two things differ: strides pad on all sides as in the papers' own code, without Keras's layers of
 * padding, and VGG16's activations are layers of their own.
 *
 * Each throws an AnchorkitError for a file of weights that is damaged, or of another network.
 */
export const applications = {
  /** MobileNet V1 (Howard et al., 2017). */
  mobileNet: (options?: ApplicationOptions): Promise<tf.LayersModel> => make("mobilenet-v1", options),
  /** MobileNet V2 (Sandler et al., 2018). */
  mobileNetV2: (options?: ApplicationOptions): Promise<tf.LayersModel> => make("mobilenet-v2", options),
  /** VGG16 (Simonyan and Zisserman, 2015). */
  vgg16: (options?: ApplicationOptions): Promise<tf.LayersModel> => make("vgg16", options),
  /** ResNet-50 (He et al., 2016). */
  resnet50: (options?: ApplicationOptions): Promise<tf.LayersModel> => make("resnet50", options),
  /** The layer that brings images, RGB of 0 to 255, to what the network's published weights expect. */
  preprocessing(of: "mobileNet" | "mobileNetV2" | "vgg16" | "resnet50"): tf.layers.Layer {
    const mobile = of === "mobileNet" || of === "mobileNetV2";
    return mobile
      ? new Rescaling({ scale: 1 / 127.5, offset: -1 })
      : new Rescaling({ scale: 1, offset: [-123.68, -116.779, -103.939] });
  },
};

async function make(name: Name, given: ApplicationOptions = {}): Promise<tf.LayersModel> {
  const { inputShape = [224, 224, 3], includeTop = true, classes = 1000, alpha = 1, topUnits = 4096, seed = 0 } = given;
  const backbone = buildBackbone(name, { inputShape, width: alpha, random: new Random(seed) });
  const options = { inputShape, includeTop, classes, alpha, topUnits, seed, weights: given.weights ?? "" };
  const model = includeTop ? withTop(backbone, TOPS[name](options)) : backbone.model;
  if (given.weights !== undefined) {
    const weights = await (includeTop ? readKerasWeights(given.weights) : readPublishedBackbone(given.weights));
    setKerasWeights({ ...backbone, model }, weights);
  }
  return model;
}

function withTop({ model }: Backbone, layers: readonly tf.layers.Layer[]): tf.LayersModel {
  const map = model.outputs[0] as tf.SymbolicTensor;
  const outputs = layers.reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, map);
  return tf.model({ inputs: model.inputs, outputs, name: model.name });
}

function drawn(seed: number, layer: number): ReturnType<typeof tf.initializers.glorotUniform> {
  return tf.initializers.glorotUniform({ seed: new Random(seed).fork(`top ${layer}`).int(2 ** 31) });
}
