import * as tf from "@tensorflow/tfjs";
import { Random } from "../base/random.ts";
import { type Backbone, CENTRED_PIXELS, SIGNED_PIXELS, STANDARDIZED_PIXELS } from "../core/backbones/backbone.ts";
import { buildBackbone } from "../core/backbones/buildBackbone.ts";
import { readKerasWeights, setKerasWeights } from "../core/kerasWeights.ts";
import { readPublishedBackbone } from "../core/publishedBackbone.ts";
import { roundToEight } from "../core/backbones/mobilenetV2.ts";
import { Activation } from "../core/layers/activation.ts";
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
type Name =
  | "mobilenet-v1"
  | "mobilenet-v2"
  | "mobilenet-v3-small"
  | "mobilenet-v3-large"
  | "vgg16"
  | "resnet50"
  | "efficientnet-b0";

/** What stands on the last map of each, by the names of Keras's layers. */
const TOPS: Readonly<Record<Name, (options: Required<ApplicationOptions>) => tf.layers.Layer[]>> = {
  "mobilenet-v1": ({ classes, seed, inputShape, alpha }) => [
    meanPixel(inputShape),
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
  "mobilenet-v3-small": (options) => mobilenetV3Top(options, 1024),
  "mobilenet-v3-large": (options) => mobilenetV3Top(options, 1280),
  "efficientnet-b0": ({ classes, seed }) => [
    tf.layers.globalAveragePooling2d({ name: "avg_pool" }),
    new Dropout({ name: "top_dropout", rate: 0.2 }),
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
 * `preprocessing`, also where Keras has that within the model. Two things differ: strides pad without Keras's layers of
 * padding (an odd size of MobileNet V1 on all sides, as in the paper's own code), and VGG16's activations are layers of
 * their own.
 *
 * Each throws an AnchorkitError for a file of weights that is damaged, or of another network.
 */
export const applications = {
  /** MobileNet V1 (Howard et al., 2017). */
  mobileNet: (options?: ApplicationOptions): Promise<tf.LayersModel> => make("mobilenet-v1", options),
  /** MobileNet V2 (Sandler et al., 2018). */
  mobileNetV2: (options?: ApplicationOptions): Promise<tf.LayersModel> => make("mobilenet-v2", options),
  /** MobileNet V3, small (Howard et al., 2019). */
  mobileNetV3Small: (options?: ApplicationOptions): Promise<tf.LayersModel> => make("mobilenet-v3-small", options),
  /** MobileNet V3, large. */
  mobileNetV3Large: (options?: ApplicationOptions): Promise<tf.LayersModel> => make("mobilenet-v3-large", options),
  /** EfficientNet-B0 (Tan and Le, 2019), without the layers that bring pixels to its range. */
  efficientNetB0: (options?: ApplicationOptions): Promise<tf.LayersModel> => make("efficientnet-b0", options),
  /** VGG16 (Simonyan and Zisserman, 2015). */
  vgg16: (options?: ApplicationOptions): Promise<tf.LayersModel> => make("vgg16", options),
  /** ResNet-50 (He et al., 2016). */
  resnet50: (options?: ApplicationOptions): Promise<tf.LayersModel> => make("resnet50", options),
  /** The layer that brings images, RGB of 0 to 255, to what the network's published weights expect. */
  preprocessing(of: ApplicationName): tf.layers.Layer {
    const { mean, deviation } = of.startsWith("mobileNet") ? SIGNED_PIXELS : of === "efficientNetB0" ? STANDARDIZED_PIXELS : CENTRED_PIXELS; // prettier-ignore
    return new Rescaling({
      scale: deviation.map((one) => 1 / one),
      offset: mean.map((one, i) => -one / (deviation[i] ?? 1)),
    });
  },
};

type ApplicationName =
  "mobileNet" | "mobileNetV2" | "mobileNetV3Small" | "mobileNetV3Large" | "vgg16" | "resnet50" | "efficientNetB0";

/** The map's mean, a 1x1 convolution with so many filters at a width of up to 1, and one to the classes. */
function mobilenetV3Top(
  { classes, seed, alpha, inputShape }: Required<ApplicationOptions>,
  filters: number,
): tf.layers.Layer[] {
  return [
    meanPixel(inputShape),
    tf.layers.conv2d({
      name: "conv_2",
      filters: alpha > 1 ? roundToEight(filters * alpha) : filters,
      kernelSize: 1,
      kernelInitializer: drawn(seed, 0),
    }),
    new Activation({ name: "conv_2_activation", activation: "hard_swish" }),
    new Dropout({ name: "dropout", rate: 0.2 }),
    tf.layers.conv2d({ name: "logits", filters: classes, kernelSize: 1, kernelInitializer: drawn(seed, 1) }),
    tf.layers.flatten({ name: "flatten" }),
    tf.layers.activation({ name: "predictions", activation: "softmax" }),
  ];
}

/** The mean of the last map, which stays a map: [n, h / 32, w / 32, c] -> [n, 1, 1, c]. */
function meanPixel([height, width]: Required<ApplicationOptions>["inputShape"]): tf.layers.Layer {
  const poolSize: [number, number] = [Math.ceil(height / 32), Math.ceil(width / 32)];
  return tf.layers.averagePooling2d({ name: "global_average_pooling2d", poolSize });
}

async function make(name: Name, given: ApplicationOptions = {}): Promise<tf.LayersModel> {
  const { inputShape = [224, 224, 3], includeTop = true, classes = 1000, alpha = 1, topUnits = 4096, seed = 0 } = given;
  const backbone = buildBackbone(name, { inputShape, width: alpha, random: new Random(seed) });
  const options = { inputShape, includeTop, classes, alpha, topUnits, seed, weights: given.weights ?? "" };
  const model = includeTop ? withTop(backbone, TOPS[name](options)) : backbone.model;
  if (given.weights !== undefined) {
    const read = await (includeTop ? readKerasWeights(given.weights) : readPublishedBackbone(given.weights));
    const own = [...read.weights].filter(([weight]) => !weight.startsWith("normalization/")); // that is preprocessing
    setKerasWeights({ ...backbone, model }, { ...read, weights: new Map(own) });
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
