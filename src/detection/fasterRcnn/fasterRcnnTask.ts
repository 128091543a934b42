import { AnchorkitError } from "../../base/errors.ts";
import { placeOnCanvas } from "../../base/preprocessing.ts";
import { chosenBackbone } from "../../core/backbones/chosenBackbone.ts";
import { disposeWeights } from "../../core/namedWeights.ts";
import type { Augmentation } from "../../data/augment/description.ts";
import { PRESETS, withFlip, type Flip } from "../../data/augment/presets.ts";
import type { TrainingBatch } from "../../data/batches/trainingBatch.ts";
import { trainingBatches } from "../../data/batches/trainingBatches.ts";
import type { Dataset, ImageRecord } from "../../data/dataset.ts";
import { channelStatistics } from "../../data/images/channelStatistics.ts";
import { chooseCanvas } from "../../data/images/chooseCanvas.ts";
import { ImageStore } from "../../data/images/imageStore.ts";
import { imagesIn } from "../../data/split/splits.ts";
import { describeSmallObjects } from "../../data/stats/inputSizes.ts";
import { isTrained } from "../../data/trainedObjects.ts";
import { matchCoco, summarizeCoco } from "../../metrics/detection/coco/coco.ts";
import { startOf, tuneNetwork } from "../../training/start/fineTuning.ts";
import { anyGiven, chosenFraming, withGiven } from "../../training/start/givenOptions.ts";
import { givenBackbone } from "../../training/start/pretrainedBackbone.ts";
import type { PretrainedBackbone } from "../../training/start/start.ts";
import type { PrepareContext, Prepared } from "../../training/trainOptions.ts";
import { type AnchorLevel, levelAnchors } from "../boxes/anchors.ts";
import { readAnchorChoice } from "../boxes/anchorChoice.ts";
import { anchorBlocks } from "../boxes/anchorTargets.ts";
import { anchorShapesFor } from "../boxes/kMeansAnchors.ts";
import { detectLabelled } from "../detectLabelled.ts";
import { chooseThresholds } from "../chooseThresholds.ts";
import { classWeights } from "./classWeights.ts";
import { DEFAULT_SETTINGS, type Architecture, type DetectorDescription } from "./description.ts";
import { lossFeeds } from "./feeds.ts";
import { fasterRcnnLosses, forwardRpn, lossInputs } from "./losses.ts";
import { buildFasterRcnn } from "./network.ts";
import type { FasterRcnnOptions } from "./options.ts";
import { predictStep } from "./predictStep.ts";
import { readDetectorDescription } from "./readNetwork.ts";

export interface FasterRcnnTaskOptions extends FasterRcnnOptions {
  /** Images in a step. */
  batch: number;
  /** How training images are varied; the preset `default` unless told. */
  augmentation?: Augmentation;
  /** Mirrors in place of those of the augmentation. */
  flip?: Flip;
}

/** Images that prediction runs on at once while training. */
const PREDICT_BATCH = 4;
/** The loss on the validation images is that of so many batches, each of which takes as long as a third of a step. */
const LOSS_BATCHES = 8;
/** Pixels of the canvas for each cell of the one map that proposals come from. */
const STRIDE = 8;
/** Anchors of each cell unless told: so many squares, chosen by k-means. */
const SQUARES = 5;
/** Training images are kept this much larger than the canvas, to zoom in without blur. */
const OVERSIZE = 1.25;

/**
 * Faster R-CNN on the labelled boxes of a data set. Canvas, channel statistics and anchors are chosen for the training
 * images, or are those of the model that it goes on from.
 */
export async function fasterRcnnTask(
  dataset: Dataset,
  options: FasterRcnnTaskOptions,
  context: PrepareContext,
): Promise<Prepared<TrainingBatch>> {
  const { random, model } = context;
  const { threads, ...loading } = context.loading;
  const images = imagesIn(dataset, "train");
  checkBoxes(images);
  const begun = model === undefined ? undefined : await readDetectorDescription(model);
  const published = await givenBackbone(context, options.pretrained);
  const framing = chosenFraming(context, begun?.preprocessing, options, (size) => chooseCanvas(images, size));
  const { canvas, resize } = framing;
  const store = new ImageStore(images, framing, { ...loading, oversize: OVERSIZE });
  const validation = new ImageStore(imagesIn(dataset, "val"), framing, loading);
  const scaleOf = (image: ImageRecord): number => placeOnCanvas(image, framing).scaleX;
  const chosen = (): AnchorLevel => {
    const asked = options.anchors === undefined ? undefined : readAnchorChoice(options.anchors);
    if (Array.isArray(asked)) return { stride: STRIDE, anchors: asked };
    const squares = asked === undefined;
    const count = asked ?? begun?.levels[0]?.anchors.length ?? SQUARES;
    const anchors = anchorShapesFor(images, scaleOf, count, random.fork("anchors"), { squares });
    return { stride: STRIDE, anchors };
  };
  const levels = begun && !anyGiven(context, "anchors", "size", "resize") ? begun.levels : [chosen()];
  const architecture = withGiven(context, begun?.architecture ?? architectureOf(options, published), options);
  const sizes = { levels, classes: dataset.classes.length };
  const network = buildFasterRcnn(architecture, sizes, random.fork("weights"));
  const taken = published?.give(network);
  const start = startOf(context, published);
  const tuning = tuneNetwork("detection", network, start, options);
  const settings = begun
    ? withGiven(context, begun.settings, options)
    : { ...DEFAULT_SETTINGS, assignment: options.assignment };
  const preprocessing = {
    ...(begun?.preprocessing ?? {
      ...(await channelStatistics(store)),
      ...(published?.scaling ?? network.backbone.preprocessing),
    }),
    ...{ canvas, resize },
  };
  const description: DetectorDescription = {
    format: "anchorkit-detector",
    version: 2,
    model: "faster-rcnn",
    classes: dataset.classes,
    ...(dataset.categoryIds && { categoryIds: dataset.categoryIds }),
    architecture,
    settings,
    preprocessing,
    levels,
  };

  const notes = [taken, describeSmallObjects(images, scaleOf)].filter((note) => note !== undefined);

  const { augmentation = PRESETS.default, flip, batch } = options;
  const source = trainingBatches(store, {
    batch,
    preprocessing,
    augmentation: flip ? withFlip(augmentation, flip) : augmentation,
    random: random.fork("batches"),
    threads,
  });
  const held = trainingBatches(validation, {
    batch,
    preprocessing,
    augmentation: PRESETS.none,
    random: random.fork("validation batches"),
  });
  const { stored, objects } = source;
  const boxes = levelAnchors(levels, canvas);
  const blocks = anchorBlocks(boxes);
  const lossOptions = { network, preprocessing, settings, anchors: boxes, batch, stored, objects };
  const heldOptions = { ...lossOptions, stored: held.stored, objects: held.objects };
  return {
    kind: "detection",
    description,
    network: network.model,
    batches: source,
    shapes: { images: lossInputs(lossOptions) },
    feeds: (made, draws) => lossFeeds(made, { objects, anchors: blocks, settings, random: draws }),
    losses: (inputs) => fasterRcnnLosses(inputs, lossOptions),
    forward: (inputs) => forwardRpn(inputs, lossOptions),
    // the other losses depend on which RoIs are sampled, which the last digits of scores decide
    comparable: ["objectness", "anchorBoxes"],
    predict: predictStep({ network, preprocessing, settings, anchors: boxes, batch: PREDICT_BATCH }),
    async validate(run) {
      const found = await detectLabelled(run, PREDICT_BATCH, validation, preprocessing);
      const matches = matchCoco(found, dataset.classes);
      const { perClass, ...metrics } = summarizeCoco(matches);
      const classAP = Object.fromEntries(perClass.map(({ name, AP }) => [`AP ${name}`, AP]));
      return {
        ...{ score: metrics.AP, metrics: { ...metrics, ...classAP }, examples: { detected: found } },
        described: { thresholds: chooseThresholds(matches) },
      };
    },
    validationLosses: {
      batches: Math.max(1, Math.min(LOSS_BATCHES, Math.floor(validation.length / batch))),
      batch: (i) => held.batch(i),
      inputs: lossInputs(heldOptions),
      feeds: (made, draws) => lossFeeds(made, { objects: held.objects, anchors: blocks, settings, random: draws }),
      losses: (inputs) => fasterRcnnLosses(inputs, heldOptions),
    },
    recipe: tuning,
    built: { ...builtOptions(description), ...(start && { begunWith: start }) },
    ...(notes.length > 0 && { notes }),
    ...(begun && { adaptWeights: (weights) => classWeights(weights, network.model, begun, dataset.classes) }),
    summary: `input ${canvas.width} x ${canvas.height}, anchors ${describeAnchors(levels)}`,
    dispose() {
      disposeWeights(network.model);
    },
  };
}

/** What the options came to. */
function builtOptions({ model, architecture, settings, preprocessing: { canvas, resize } }: DetectorDescription) {
  const { backbone, width, publisher, classSpecificBoxes } = architecture;
  return { model, canvas, resize, backbone, width, publisher, classSpecificBoxes, assignment: settings.assignment };
}

function describeAnchors(levels: readonly AnchorLevel[]): string {
  return levels.flatMap(({ anchors }) => anchors.map((shape) => shape.map(Math.round).join(" x "))).join(", ");
}

function architectureOf(options: FasterRcnnTaskOptions, published?: PretrainedBackbone): Architecture {
  return {
    ...chosenBackbone(options, published),
    channels: 96,
    hidden: 256,
    pooled: 7,
    classSpecificBoxes: options.classSpecificBoxes,
  };
}

function checkBoxes(images: readonly ImageRecord[]): void {
  if (images.some(({ objects }) => objects.some(isTrained))) return;
  const whole = images.some(({ labels }) => labels && labels.length > 0);
  const reason = whole ? "its labels are classes of whole images, for a classifier" : "they are all backgrounds";
  throw new AnchorkitError(`none of ${images.length} images of the split "train" has a box to learn: ${reason}`);
}
