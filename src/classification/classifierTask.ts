import { UsageError } from "../base/errors.ts";
import { type BackboneName } from "../core/backbones/names.ts";
import { weightsByClass } from "../core/classColumns.ts";
import { disposeWeights } from "../core/namedWeights.ts";
import type { Augmentation } from "../data/augment/description.ts";
import { CLASSIFIER_PRESETS, type Flip, withFlip } from "../data/augment/presets.ts";
import { type LabelBatch, labelBatches } from "../data/batches/labelBatches.ts";
import type { Dataset, ImageRecord } from "../data/dataset.ts";
import { channelStatistics } from "../data/images/channelStatistics.ts";
import { chooseCanvas } from "../data/images/chooseCanvas.ts";
import { ImageStore } from "../data/images/imageStore.ts";
import { imagesIn } from "../data/split/splits.ts";
import { startOf, tuneNetwork } from "../training/start/fineTuning.ts";
import { anyGiven, chosenFraming, withGiven } from "../training/start/givenOptions.ts";
import { givenBackbone } from "../training/start/pretrainedBackbone.ts";
import type { PrepareContext, Prepared } from "../training/trainOptions.ts";
import { classifierData } from "./classifierData.ts";
import { classifyLabelled } from "./classifyLabelled.ts";
import type { Architecture, ClassifierDescription } from "./description.ts";
import { type ClassifierLossOptions, classifierLosses, lossFeeds, lossInputs } from "./losses.ts";
import { chooseThresholds, measureClassifier, validationOf } from "./measure.ts";
import { buildClassifier, HEAD_LAYERS } from "./network.ts";
import type { ClassifierOptions, PretrainedOptions } from "./options.ts";
import { predictStep } from "./predictStep.ts";
import { readClassifierDescription } from "./readClassifier.ts";

export interface ClassifierTaskOptions extends ClassifierOptions, Partial<Pick<PretrainedOptions, "pretrained">> {
  /** The name of the model, and its backbone. */
  model: string;
  backbone: BackboneName;
  width?: number | undefined;
  /** Images in a step. */
  batch: number;
  /** How training images are varied; the preset `default` of classifiers unless told. */
  augmentation?: Augmentation;
  /** Mirrors in place of those of the augmentation. */
  flip?: Flip;
}

/** Images that prediction runs on at once while training. */
const PREDICT_BATCH = 32;
/** Training images are kept this much larger than the canvas, to zoom in without blur. */
const OVERSIZE = 1.25;

/**
 * A classifier of the images of a data set, see classifierData. Canvas and channel statistics are chosen for the
 * training images, or are those of the model that it goes on from.
 */
export async function classifierTask(
  given: Dataset,
  options: ClassifierTaskOptions,
  context: PrepareContext,
): Promise<Prepared<LabelBatch>> {
  const { random, model } = context;
  const { threads, ...loading } = context.loading;
  const begun = model === undefined ? undefined : await readClassifierDescription(model);
  const learnt = begun && !anyGiven(context, "targets") ? begun : options;
  const { dataset, targets, multiLabel, notes } = classifierData(given, learnt);
  const { classes } = dataset;
  const images = imagesIn(dataset, "train");
  const published = await givenBackbone(context, options.pretrained);
  const trained = published?.backbone ?? begun?.architecture.backbone ?? options.backbone;
  if (trained !== options.backbone) {
    throw new UsageError(
      `the weights to begin with are of ${trained}: choose a model with that backbone, and not ${options.model}`,
    );
  }
  const framing = chosenFraming(context, begun?.preprocessing, options, (size) => chooseCanvas(images, size));
  const store = new ImageStore(images, framing, { ...loading, oversize: OVERSIZE });
  const validation = new ImageStore(imagesIn(dataset, "val"), framing, loading);
  const said = begun?.architecture ?? {
    backbone: options.backbone,
    width: published?.width ?? options.width ?? 1,
    dropout: options.dropout,
  };
  const architecture: Architecture = { ...withGiven(context, said, options), box: targets === "box" };
  const network = buildClassifier(architecture, classes.length, random.fork("weights"));
  const taken = published?.give(network);
  const start = startOf(context, options.pretrained);
  const tuning = tuneNetwork("classification", network, start, options);
  const { canvas, resize } = framing;
  const preprocessing = {
    ...(begun?.preprocessing ?? {
      ...(await channelStatistics(store)),
      ...(published?.scaling ?? network.backbone.preprocessing),
    }),
    ...{ canvas, resize },
  };
  const description: ClassifierDescription = {
    format: "anchorkit-classifier",
    version: 1,
    ...{ model: options.model, classes, architecture, preprocessing, targets, multiLabel },
  };
  const { augmentation = CLASSIFIER_PRESETS.default, flip, batch, labelSmoothing } = options;
  const source = labelBatches(store, {
    ...{ batch, preprocessing, threads, classes: classes.length },
    augmentation: flip ? withFlip(augmentation, flip) : augmentation,
    random: random.fork("batches"),
  });
  const { stored, mixesColours } = source;
  const lossOptions: ClassifierLossOptions = {
    ...{ network, preprocessing, batch, stored, mixesColours, multiLabel, labelSmoothing },
    ...{ classes: classes.length, box: architecture.box },
    ...(options.classWeights === "balanced" && { classWeights: balanced(images, classes.length) }),
  };
  return {
    kind: "classification",
    description,
    network: network.model,
    batches: source,
    shapes: { images: lossInputs(lossOptions) },
    feeds: (made) => lossFeeds(made, lossOptions),
    losses: (inputs) => classifierLosses(inputs, lossOptions),
    predict: predictStep({ network, preprocessing, multiLabel, batch: PREDICT_BATCH }),
    async validate(run) {
      const found = await classifyLabelled(run, PREDICT_BATCH, validation, preprocessing);
      const described = multiLabel ? { thresholds: chooseThresholds(found, classes) } : {};
      const { examples, ...measured } = validationOf(measureClassifier(found, { ...description, ...described }));
      return { ...measured, examples: { ...examples, classified: found }, described };
    },
    recipe: tuning,
    built: {
      ...{ model: options.model, canvas, resize, ...architecture, targets, multiLabel },
      ...(start && { begunWith: start }),
    },
    notes: taken === undefined ? notes : [...notes, taken],
    ...(begun && {
      adaptWeights: (weights) =>
        weightsByClass(weights, network.model, {
          before: begun.classes,
          after: classes,
          layers: [{ layer: HEAD_LAYERS.classes }],
        }),
    }),
    summary: `input ${canvas.width} x ${canvas.height}, ${multiLabel ? "any number of classes an image" : "one class an image"}`,
    dispose() {
      disposeWeights(network.model);
    },
  };
}

/** Inversely proportional to how often a class is there, 1 on average over the images. */
function balanced(images: readonly ImageRecord[], classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const { labels = [] } of images) for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 1 : total / (present * count)));
}
