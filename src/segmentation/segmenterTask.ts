import { weightsByClass } from "../core/classColumns.ts";
import { disposeWeights } from "../core/namedWeights.ts";
import type { Augmentation } from "../data/augment/description.ts";
import { type Flip, SEGMENTER_PRESETS, withFlip } from "../data/augment/presets.ts";
import { type MapBatch, mapBatches } from "../data/batches/mapBatches.ts";
import type { Dataset } from "../data/dataset.ts";
import { channelStatistics } from "../data/images/channelStatistics.ts";
import { chooseCanvas } from "../data/images/chooseCanvas.ts";
import { ImageStore } from "../data/images/imageStore.ts";
import { imagesIn } from "../data/split/splits.ts";
import { BACKGROUND, IGNORED } from "../geometry/masks/labelMap.ts";
import type { Recipe } from "../training/recipe.ts";
import { startOf, tuneNetwork } from "../training/start/fineTuning.ts";
import { anyGiven, chosenFraming } from "../training/start/givenOptions.ts";
import { givenBackbone } from "../training/start/pretrainedBackbone.ts";
import type { PrepareContext, Prepared } from "../training/trainOptions.ts";
import { learnsInstances, startedNetwork, usualSize, withWindows } from "./choices.ts";
import type { Architecture } from "./networks/architecture.ts";
import { outputsOf, type SegmenterDescription } from "./description.ts";
import { addForeground, bestForegroundThreshold, foregroundHistogram } from "./measuring/foregroundThreshold.ts";
import { lossFeeds, lossInputs, type SegmenterLossOptions, segmenterLosses } from "./losses.ts";
import { type MeasuredImage, measureSegmenter, validationOf } from "./measuring/measure.ts";
import { buildSegmenter } from "./networks/buildSegmenter.ts";
import { lossTerms, type SegmenterOptions } from "./options.ts";
import { predictStep } from "./running/predictStep.ts";
import { readSegmenterDescription } from "./readSegmenter.ts";
import { segmentationData } from "./segmentationData.ts";
import { foregroundOf } from "./running/onImage.ts";
import { segmentLabelled } from "./running/segmentLabelled.ts";
import { balancedWeights } from "./targets/balancedWeights.ts";
import { targetMaps } from "./targets/targetMaps.ts";

export interface SegmenterTaskOptions extends SegmenterOptions {
  /** The name of the model, and the network that it stands for. */
  model: string;
  architecture: Architecture;
  /** Published weights of a backbone, by name or path; the network has that backbone then. */
  pretrained?: string | undefined;
  /** Images in a step. */
  batch: number;
  /** How training images are varied; the preset `default` of segmenters unless told. */
  augmentation?: Augmentation;
  /** Mirrors in place of those of the augmentation. */
  flip?: Flip;
}

/**
 * Every pixel is a sample, so that the statistics of small batches are good, and stay in use for long; and as steps take
 * long and are few, the moving average forgets sooner.
 */
const RECIPE: Partial<Recipe> = {
  average: { every: 5, keep: 0.98 },
  phases: [
    { name: "batch", from: 0, statistics: "batch" },
    { name: "frozen", from: 0.8, statistics: "moving", calibrate: 20 },
  ],
};
/** Images that prediction runs on at once while training. */
const PREDICT_BATCH = 8;
/** Training images are kept this much larger than the canvas, to zoom in without blur. */
const OVERSIZE = 1.25;
/** The loss on the validation data is that of so many batches, at most. */
const LOSS_BATCHES = 32;
/** Validation images that are drawn: the first with something in them. */
const EXAMPLES = 12;

/**
 * A segmenter of the images of a data set, see segmentationData. Canvas, channel statistics and whether objects are told
 * apart are chosen for the training images, or are those of the model that it goes on from.
 */
export async function segmenterTask(
  given: Dataset,
  options: SegmenterTaskOptions,
  context: PrepareContext,
): Promise<Prepared<MapBatch>> {
  const { random, model } = context;
  const { threads, ...loading } = context.loading;
  const begun = model === undefined ? undefined : await readSegmenterDescription(model);
  const { dataset, notes } = segmentationData(given);
  const { classes } = dataset;
  const images = imagesIn(dataset, "train");
  const published = await givenBackbone(context, options.pretrained);
  const architecture = startedNetwork(context, options.architecture, begun?.architecture, published);
  const distance = begun && !anyGiven(context, "instances") ? begun.distance : learnsInstances(options, images);
  const network = buildSegmenter(architecture, outputsOf({ classes, distance }), random.fork("weights"));
  const taken = published?.give(network);
  const start = startOf(context, published);
  const tuning = tuneNetwork("segmentation", network, start, options);
  const alike = begun?.architecture.kind === architecture.kind ? begun : undefined; // canvases suit their networks
  const framing = chosenFraming(context, alike?.preprocessing, options, (size) =>
    chooseCanvas(images, size ?? usualSize(images), Math.max(16, network.alignment)),
  );
  const { canvas, resize } = framing;
  const store = new ImageStore(images, framing, { ...loading, oversize: OVERSIZE });
  const validation = new ImageStore(imagesIn(dataset, "val"), framing, loading);
  const preprocessing = {
    ...(begun?.preprocessing ?? {
      ...(await channelStatistics(store)),
      ...(published?.scaling ?? network.backbone?.preprocessing),
    }),
    ...{ canvas, resize },
  };
  const description: SegmenterDescription = {
    format: "anchorkit-segmenter",
    version: 1,
    ...{ model: options.model, classes, architecture, preprocessing, distance },
    ...(dataset.categoryIds && { categoryIds: dataset.categoryIds }),
  };
  const { augmentation = SEGMENTER_PRESETS.default, flip, batch, separation } = options;
  const choice = { distance, separation: separation > 0 };
  const source = mapBatches(store, {
    ...{ batch, preprocessing, threads, outside: IGNORED },
    mapOf: targetMaps(store, choice),
    augmentation: withWindows(flip ? withFlip(augmentation, flip) : augmentation, resize),
    random: random.fork("batches"),
  });
  const held = mapBatches(validation, {
    ...{ batch, preprocessing, outside: IGNORED },
    mapOf: targetMaps(validation, choice),
    augmentation: SEGMENTER_PRESETS.none,
    random: random.fork("validation batches"),
  });
  const lossOptions: SegmenterLossOptions = {
    ...{ network, preprocessing, batch, distance, separation },
    ...{ stored: source.stored, mixesColours: source.mixesColours },
    ...{ classes: classes.length, terms: lossTerms(options.loss) },
    ...(options.classWeights === "balanced" && { classWeights: balancedWeights(images, classes.length) }),
  };
  const heldOptions = { ...lossOptions, stored: held.stored, mixesColours: held.mixesColours };
  return {
    kind: "segmentation",
    description,
    network: network.model,
    batches: source,
    shapes: { images: lossInputs(lossOptions) },
    feeds: (made) => lossFeeds(made),
    losses: (inputs) => segmenterLosses(inputs, lossOptions),
    predict: predictStep({ network, preprocessing, classes: classes.length, distance, batch: PREDICT_BATCH }),
    async validate(run) {
      const histogram = foregroundHistogram();
      const { alignment } = network;
      const found = segmentLabelled(run, validation, {
        ...{ batch: PREDICT_BATCH, preprocessing, alignment },
        look(segmented, truth) {
          if (classes.length === 1) addForeground(histogram, foregroundOf(segmented), truth);
        },
      });
      const segmented: MeasuredImage[] = [];
      const evaluation = await measureSegmenter(found, classes, (image) => {
        if (segmented.length < EXAMPLES && showsClass(image)) segmented.push(image);
      });
      const { examples, ...measured } = validationOf(evaluation);
      const described = classes.length === 1 ? { thresholds: [bestForegroundThreshold(histogram)] } : {};
      return { ...measured, examples: { ...examples, segmented }, described };
    },
    validationLosses: {
      batches: Math.max(1, Math.min(LOSS_BATCHES, Math.floor(validation.length / batch))),
      batch: (i) => held.batch(i),
      inputs: lossInputs(heldOptions),
      feeds: (made) => lossFeeds(made),
      losses: (inputs) => segmenterLosses(inputs, heldOptions),
    },
    recipe: { ...RECIPE, ...tuning },
    built: {
      ...{ model: options.model, canvas, resize, ...architecture, instances: distance ? "yes" : "no" },
      ...(start && { begunWith: start }),
    },
    notes: taken === undefined ? notes : [...notes, taken],
    ...(begun && {
      adaptWeights: (weights) =>
        weightsByClass(weights, network.model, {
          before: begun.classes,
          after: classes,
          layers: network.outputLayers.map((layer) => ({ layer, leading: 1 })),
        }),
    }),
    summary: `input ${canvas.width} x ${canvas.height}${distance ? ", objects that touch are told apart" : ""}`,
    dispose() {
      disposeWeights(network.model);
    },
  };
}

function showsClass({ truth }: MeasuredImage): boolean {
  return truth.data.some((label) => label !== BACKGROUND && label !== IGNORED);
}
