import { AnchorkitError } from "../../base/errors.ts";
import { median } from "../../base/statistics.ts";
import { countOf } from "../../base/words.ts";
import { weightsByClass } from "../../core/classColumns.ts";
import { setMatchingWeights } from "../../core/matchingWeights.ts";
import { disposeWeights } from "../../core/namedWeights.ts";
import type { Augmentation } from "../../data/augment/description.ts";
import { CLIP_PRESETS, type Flip, withFlip } from "../../data/augment/presets.ts";
import { clipBatches, imageSlots } from "../../data/batches/clipBatches.ts";
import type { Dataset, ImageRecord } from "../../data/dataset.ts";
import { channelStatistics } from "../../data/images/channelStatistics.ts";
import { chooseCanvas } from "../../data/images/chooseCanvas.ts";
import { flatFrames } from "../../data/images/clipFrames.ts";
import { ImageStore } from "../../data/images/imageStore.ts";
import { imagesIn } from "../../data/split/splits.ts";
import { backboneLearns } from "../../training/start/freezing.ts";
import { startOf, tuneNetwork } from "../../training/start/fineTuning.ts";
import { anyGiven, chosenFraming, withGiven } from "../../training/start/givenOptions.ts";
import { givenBackbone } from "../../training/start/pretrainedBackbone.ts";
import { readModelWeights } from "../../training/run/modelFolder.ts";
import type { PrepareContext, Prepared } from "../../training/trainOptions.ts";
import { type ClassifyOptions, imageReader } from "./classifyClips.ts";
import { classifyLabelled } from "./classifyLabelled.ts";
import { clipsData } from "./clipsData.ts";
import type { Architecture, ClipDescription } from "./description.ts";
import { featureReader, featureSlots, frameFeatures } from "./frameFeatures.ts";
import { type ClipBatch, clipLosses, type ClipLossOptions, lossFeeds, lossInputs } from "./losses.ts";
import { measureClips, validationOf } from "./measure.ts";
import { buildClipNetwork, CLASS_LAYER } from "./network.ts";
import type { ClipClassifierOptions } from "./options.ts";
import { predictStep } from "./predictStep.ts";
import { readClipDescription } from "./readClipClassifier.ts";

export interface ClipTaskOptions extends ClipClassifierOptions {
  /** The name of the model. */
  model: string;
  /** Clips in a step. */
  batch: number;
  /** How training clips are varied; the preset `default` of clips unless told. */
  augmentation?: Augmentation;
  /** Mirrors in place of those of the augmentation. */
  flip?: Flip;
}

/** Frames that prediction looks at at once while training. */
const PREDICT_FRAMES = 128;
/** Training frames are kept this much larger than the canvas, to zoom in without blur. */
const OVERSIZE = 1.25;
/** Unless told: the longer side of the input, and frames of a clip, at most; units of the recurrent layer. */
const [SIZE, FRAMES, UNITS] = [96, 32, 128];

/**
 * A classifier of the clips of a data set, see clipsData. Canvas, frames and channel statistics are chosen for the training
 * clips, or are those of the model that it goes on from.
 */
export async function clipTask(
  given: Dataset,
  options: ClipTaskOptions,
  context: PrepareContext,
): Promise<Prepared<ClipBatch>> {
  const { random, model } = context;
  const { threads, ...loading } = context.loading;
  const begun = model === undefined ? undefined : await readClipDescription(model);
  const said = begun && !anyGiven(context, "perFrame") ? begun.architecture : options;
  const { dataset, perFrame, notes } = clipsData(given, said);
  const { classes } = dataset;
  const [clips, heldClips] = [imagesIn(dataset, "train"), imagesIn(dataset, "val")];
  const longest = Math.max(...clips.map(lengthOf));
  if (longest < 2) {
    throw new AnchorkitError(
      "no clip has more than one frame, so that nothing can move: a classifier of images learns these",
    );
  }
  const published = await givenBackbone(context, options.pretrained);
  const framing = chosenFraming(context, begun?.preprocessing, options, (size) =>
    chooseCanvas(clips, size ?? usualSize(clips)),
  );
  const train = flatFrames(clips);
  const held = flatFrames(heldClips);
  const store = new ImageStore(train.records, framing, { ...loading, oversize: OVERSIZE });
  const validation = new ImageStore(held.records, framing, loading);
  const before = begun?.architecture;
  const isNew = !before || anyGiven(context, "temporal", "rnn");
  const joined = withGiven(
    context,
    {
      backbone: before?.backbone ?? published?.backbone ?? options.backbone ?? "small",
      width: before?.width ?? published?.width ?? options.width ?? 1,
      units: before?.units ?? options.units ?? UNITS,
      dropout: before?.dropout ?? options.dropout,
    },
    options,
  );
  const temporal = options.temporal === "mean" ? "mean" : (options.rnn ?? "lstm");
  const architecture: Architecture = { ...joined, perFrame, temporal: isNew ? temporal : before.temporal };
  const network = buildClipNetwork(architecture, classes.length, random.fork("weights"));
  const taken = published?.give(network);
  const start = startOf(context, options.pretrained);
  const tuning = tuneNetwork("clips", network, start, options);
  const { canvas, resize } = framing;
  const preprocessing = {
    ...(begun?.preprocessing ?? {
      ...(await channelStatistics(store)),
      ...(published?.scaling ?? network.backbone.preprocessing),
    }),
    ...{ canvas, resize },
  };
  const { frames, sampling } = withGiven(
    context,
    {
      frames: begun?.frames ?? options.frames ?? Math.min(longest, FRAMES),
      sampling: begun?.sampling ?? options.sampling ?? (perFrame ? "window" : "even"),
    },
    options,
  );
  const description: ClipDescription = {
    format: "anchorkit-clip-classifier",
    version: 1,
    ...{ model: options.model, classes, architecture, preprocessing, frames, sampling },
  };

  const isFixed = !backboneLearns(network);
  const { augmentation = CLIP_PRESETS.default, flip, batch, labelSmoothing } = options;
  const classify: ClassifyOptions = {
    batch: Math.max(1, Math.floor(PREDICT_FRAMES / frames)),
    frames,
    sampling,
    perFrame,
  };
  const batches = { batch, frames, sampling, perFrame, classes: classes.length, random: random.fork("batches") };
  const varied = { augmentation: flip ? withFlip(augmentation, flip) : augmentation, preprocessing, threads, frames };
  const source = isFixed ? await fromFeatures() : fromImages();
  const lossOptions: ClipLossOptions = {
    ...{ network, preprocessing, batch, frames, perFrame, labelSmoothing, classes: classes.length },
    padded: clips.some((clip) => lengthOf(clip) < frames),
    images: source.images,
  };
  return {
    kind: "clips",
    description,
    network: network.model,
    batches: source.batches,
    shapes: { clips: lossInputs(lossOptions) },
    feeds: (made) => lossFeeds(made, lossOptions),
    losses: (inputs) => clipLosses(inputs, lossOptions),
    predict: predictStep({
      network,
      preprocessing,
      batch: classify.batch,
      frames,
      from: isFixed ? "features" : "images",
    }),
    async validate(run) {
      return validationOf(measureClips(await classifyLabelled(run, heldClips, source.held, classify), classes));
    },
    recipe: tuning,
    built: {
      ...{ model: options.model, canvas, resize, ...chosenAs(architecture), frames, sampling },
      ...(start && { begunWith: start }),
    },
    notes: [...notes, ...(taken === undefined ? [] : [taken]), ...source.notes],
    ...(begun && {
      adaptWeights: (weights) =>
        weightsByClass(weights, network.model, {
          before: begun.classes,
          after: classes,
          layers: [{ layer: CLASS_LAYER }],
        }),
    }),
    summary: `input ${canvas.width} x ${canvas.height}, ${countOf(frames, "frame")} of a clip, one class a ${perFrame ? "frame" : "clip"}`,
    dispose() {
      disposeWeights(network.model);
    },
  };

  function fromImages() {
    const slots = imageSlots(clips, store, train.starts, varied);
    const { stored, mixesColours } = slots;
    return {
      batches: clipBatches(clips, batches, slots),
      held: imageReader(validation, held.starts, preprocessing, classify),
      images: { stored, mixesColours },
      notes: [] as string[],
    };
  }

  async function fromFeatures() {
    // a run that goes on has the backbone among its weights, which are given to the network only after this
    if (model !== undefined) setMatchingWeights(network.model, await readModelWeights(model));
    const still = new ImageStore(train.records, framing, loading);
    const [learnt, measured] = [
      await frameFeatures(network, still, preprocessing),
      await frameFeatures(network, validation, preprocessing),
    ];
    const taken = countOf(train.records.length + held.records.length, "frame");
    return {
      batches: clipBatches(clips, batches, featureSlots(learnt, train.starts)),
      held: featureReader(measured, held.starts, classify),
      images: undefined,
      notes: [`the backbone does not learn: features of ${taken} were taken once, and frames are not varied`],
    };
  }
}

/** An architecture by the options that give it. */
function chosenAs({ temporal, units, perFrame, ...others }: Architecture) {
  const joined = temporal === "mean" ? { temporal } : { temporal: "recurrent", rnn: temporal, units };
  return { ...others, ...joined, perFrame: perFrame ? "yes" : "no" };
}

function lengthOf({ frames = [] }: ImageRecord): number {
  return frames.length;
}

/** Frames are not enlarged. */
function usualSize(clips: readonly ImageRecord[]): number {
  const longer = median(clips.map(({ width, height }) => Math.max(width, height)));
  return Math.max(32, Math.min(SIZE, Math.round(longer)));
}
