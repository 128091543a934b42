import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../../src/base/preprocessing.ts";
import { Random } from "../../src/base/random.ts";
import type { BackboneName } from "../../src/core/backbones/names.ts";
import { disposeWeights, namedWeights } from "../../src/core/namedWeights.ts";
import { buildClassifier } from "../../src/classification/network.ts";
import type { ClassifierDescription } from "../../src/classification/description.ts";
import { DEFAULT_SETTINGS, DetectorDescription } from "../../src/detection/fasterRcnn/description.ts";
import { buildFasterRcnn } from "../../src/detection/fasterRcnn/network.ts";
import { outputsOf, type SegmenterDescription } from "../../src/segmentation/description.ts";
import { Architecture } from "../../src/segmentation/networks/architecture.ts";
import { buildSegmenter } from "../../src/segmentation/networks/buildSegmenter.ts";
import { ClipDescription } from "../../src/sequence/clips/description.ts";
import { buildClipNetwork } from "../../src/sequence/clips/network.ts";
import { ForecasterDescription } from "../../src/sequence/forecasting/description.ts";
import { buildForecaster } from "../../src/sequence/forecasting/network.ts";
import type { ReaderDescription } from "../../src/sequence/reading/description.ts";
import { buildReader } from "../../src/sequence/reading/network.ts";
import { saveModelFolder } from "../../src/training/run/modelFolder.ts";
import type { ModelDescription, TaskKind } from "../../src/training/task.ts";

// Models of every kind that nothing was taught, small, with weights that look like learnt ones: normalisation has statistics
// of its own, and no bias is 0.

/** Writes the model's folder, and gives its path. */
type Save = (parent: string) => Promise<string>;

const preprocessing: Preprocessing = {
  ...{ canvas: { width: 96, height: 64 }, resize: "fit", fill: 128 },
  ...{ mean: [120, 110, 100], deviation: [60, 61, 62] },
};

export interface DetectorChoice {
  backbone?: BackboneName;
  classes?: number;
  classSpecificBoxes?: boolean;
  /** Detections with lower scores are none. */
  scoreThreshold?: number;
  votingThreshold?: number;
  strides?: readonly number[];
  names?: readonly string[];
}

export function detector(choice: DetectorChoice = {}): Save {
  const {
    backbone = "small",
    classes = choice.names?.length ?? 3,
    classSpecificBoxes = false,
    scoreThreshold = 0.01,
    strides = [8],
  } = choice;
  const description = DetectorDescription.parse({
    ...{
      format: "anchorkit-detector",
      version: 2,
      model: "faster-rcnn",
      classes: choice.names ?? names(classes),
      preprocessing,
    },
    architecture: { backbone, width: 0.35, channels: 24, hidden: 32, pooled: 7, classSpecificBoxes },
    settings: {
      ...DEFAULT_SETTINGS,
      proposals: { before: 60, after: 20, iouThreshold: 0.7, minSize: 1 },
      detections: {
        ...{ scoreThreshold, iouThreshold: 0.5, maxDetections: 30 },
        votingThreshold: choice.votingThreshold ?? 0.65,
      },
    },
    levels: strides.map((stride) => ({
      stride,
      anchors: [[2 * stride, 2 * stride], [4 * stride, 3 * stride]], // prettier-ignore
    })),
  });
  const { architecture, levels } = description;
  const network = () => buildFasterRcnn(architecture, { levels, classes }, new Random(5)).model;
  return save("detection", description, network);
}

export function classifier(backbone: BackboneName, { multiLabel = false, box = false, classes = 4 } = {}): Save {
  const architecture = { backbone, width: 0.35, dropout: 0.1, box };
  const description: ClassifierDescription = {
    ...{ format: "anchorkit-classifier", version: 1, model: "small-cnn", classes: names(classes), architecture },
    ...{ preprocessing, targets: box ? "box" : "labels", multiLabel },
  };
  return save("classification", description, () => buildClassifier(architecture, classes, new Random(6)).model);
}

export function segmenter(choice: object, { classes = 2, distance = false } = {}): Save {
  const architecture = Architecture.parse(choice);
  const described = { classes: names(classes), distance };
  const description: SegmenterDescription = {
    ...{ format: "anchorkit-segmenter", version: 1, model: "unet", architecture, preprocessing, ...described },
  };
  return save("segmentation", description, () => {
    return buildSegmenter(architecture, outputsOf(described), new Random(7)).model;
  });
}

export function clips(temporal: "lstm" | "gru" | "mean", perFrame: boolean): Save {
  const description = ClipDescription.parse({
    ...{ format: "anchorkit-clip-classifier", version: 1, model: "cnn-lstm", classes: names(3) },
    architecture: { backbone: "small", width: 0.35, temporal, units: 12, dropout: 0.1, perFrame },
    ...{ preprocessing: { ...preprocessing, canvas: { width: 48, height: 32 } }, frames: 4, sampling: "even" },
  });
  return save("clips", description, () => buildClipNetwork(description.architecture, 3, new Random(8)).model);
}

export function reader(cell: "lstm" | "gru"): Save {
  const architecture = { height: 32, cell, layers: 2, units: 16, dropout: 0.1 };
  const description: ReaderDescription = {
    ...{ format: "anchorkit-reader", version: 1, model: "crnn", classes: ["a", "b", "c"], architecture },
    preprocessing: { ...preprocessing, canvas: { width: 64, height: 32 }, resize: "line" },
  };
  return save("reading", description, () => buildReader(architecture, 3, new Random(9)).model);
}

export function forecaster(rnn: "lstm" | "gru"): Save {
  const description = ForecasterDescription.parse({
    ...{ format: "anchorkit-forecaster", version: 1, model: "forecast", classes: [], inputs: [], calendar: [] },
    columns: [{ name: "x", level: { mean: 0, deviation: 1 }, output: 1, scale: 1 }],
    ...{ window: 10, horizon: 3, season: 1, residual: "last" },
    architecture: { rnn, units: 8, layers: 2, dropout: 0 },
  });
  return save("forecasting", description, () => buildForecaster(description, new Random(10)).model);
}

function save(kind: TaskKind, description: ModelDescription, build: () => tf.LayersModel): Save {
  return async (parent) => {
    const network = build();
    const random = new Random(4);
    for (const [name, variable] of namedWeights(network)) shake(name, variable, random);
    const folder = join(parent, `${kind}-${random.int(1e9)}`);
    await saveModelFolder(folder, { kind, description, network, averages: new Map() });
    disposeWeights(network);
    return folder;
  };
}

function shake(name: string, variable: tf.Variable, random: Random): void {
  const ranges = { moving_mean: [-0.3, 0.3], moving_variance: [0.5, 1.5], gamma: [0.7, 1.3], beta: [-0.2, 0.2], bias: [-0.2, 0.2] } as const; // prettier-ignore
  // What a score is made of: where all are alike, rounding alone decides which is the best.
  const louder = /^(rpn_objectness|rpn_deltas|head_classes|head_boxes)\/kernel$/.test(name);
  if (louder)
    set(
      variable,
      variable.dataSync().map((value) => 8 * value),
    );
  const range = Object.entries(ranges).find(([ending]) => name.endsWith(ending))?.[1];
  if (!range) return;
  const [low, high] = range;
  set(
    variable,
    Float32Array.from({ length: variable.size }, () => low + (high - low) * random.uniform()),
  );
}

function set(variable: tf.Variable, values: tf.TypedArray): void {
  const tensor = tf.tensor(values, variable.shape);
  variable.assign(tensor);
  tensor.dispose();
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `thing ${i}`);
}
