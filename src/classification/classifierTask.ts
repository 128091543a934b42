import { UsageError } from "../base/errors.ts";
import type { Framing } from "../base/preprocessing.ts";
import { chosenBackbone } from "../core/backbones/chosenBackbone.ts";
import { type BackboneName } from "../core/backbones/names.ts";
import { setKerasWeights } from "../core/kerasWeights.ts";
import { readPublishedBackbone } from "../core/publishedBackbone.ts";
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
import { fineTuningPhases } from "../training/fineTuning.ts";
import { FROM_WEIGHTS, type Recipe } from "../training/recipe.ts";
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

export interface ClassifierTaskOptions
  extends ClassifierOptions, Partial<Pick<PretrainedOptions, "pretrained" | "fineTuneFrom" | "layerDecay">> {
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
  { loading: { threads, ...loading }, random, model, resumes }: PrepareContext,
): Promise<Prepared<LabelBatch>> {
  const begun = model === undefined ? undefined : await readClassifierDescription(model);
  const { dataset, targets, multiLabel, notes } = classifierData(given, begun ?? options);
  const { classes } = dataset;
  const images = imagesIn(dataset, "train");
  const published =
    begun || options.pretrained === undefined ? undefined : await readPublishedBackbone(options.pretrained);
  if (published && published.backbone !== options.backbone) {
    throw new UsageError(
      `${published.path}: holds weights of ${published.backbone}: choose that model, and not ${options.model}`,
    );
  }
  const framing: Framing = begun?.preprocessing ?? {
    canvas: chooseCanvas(images, options.size),
    resize: options.resize,
  };
  const store = new ImageStore(images, framing, { ...loading, oversize: OVERSIZE });
  const validation = new ImageStore(imagesIn(dataset, "val"), framing, loading);
  const architecture: Architecture = begun?.architecture ?? {
    ...chosenBackbone(options, published),
    dropout: options.dropout,
    box: targets === "box",
  };
  const network = buildClassifier(architecture, classes.length, random.fork("weights"));
  if (published) setKerasWeights(network.backbone, published);
  const { canvas, resize } = framing;
  const preprocessing = begun?.preprocessing ?? {
    ...{ canvas, resize },
    ...(await channelStatistics(store)),
    ...network.backbone.preprocessing,
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
  const recipeFor = (): Partial<Recipe> => {
    if (options.pretrained !== undefined && (!begun || resumes)) {
      const { fineTuneFrom: from, layerDecay } = options;
      return { phases: fineTuningPhases(network, { from, layerDecay }) };
    }
    return begun && !resumes ? { phases: FROM_WEIGHTS } : {};
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
      return { ...validationOf(measureClassifier(found, { ...description, ...described })), described };
    },
    recipe: recipeFor(),
    built: { model: options.model, canvas, resize, ...architecture, targets, multiLabel },
    notes,
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
