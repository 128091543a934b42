import { AnchorkitError } from "../../base/errors.ts";
import type { Framing } from "../../base/preprocessing.ts";
import { median } from "../../base/statistics.ts";
import { countOf } from "../../base/words.ts";
import { weightsByClass } from "../../core/classColumns.ts";
import { readKerasBackbone, setKerasWeights } from "../../core/kerasWeights.ts";
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
import { fineTuningPhases } from "../../training/fineTuning.ts";
import { FROM_WEIGHTS, type Recipe } from "../../training/recipe.ts";
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
  { loading: { threads, ...loading }, random, model, resumes }: PrepareContext,
): Promise<Prepared<ClipBatch>> {
  const begun = model === undefined ? undefined : await readClipDescription(model);
  const { dataset, perFrame, notes } = clipsData(given, begun ? begun.architecture : options);
  const { classes } = dataset;
  const [clips, heldClips] = [imagesIn(dataset, "train"), imagesIn(dataset, "val")];
  const longest = Math.max(...clips.map(lengthOf));
  if (longest < 2) {
    throw new AnchorkitError(
      "no clip has more than one frame, so that nothing can move: a classifier of images learns these",
    );
  }
  const published = begun || options.pretrained === undefined ? undefined : await readKerasBackbone(options.pretrained);
  const framing: Framing = begun?.preprocessing ?? {
    canvas: chooseCanvas(clips, options.size ?? usualSize(clips)),
    resize: options.resize,
  };
  const train = flatFrames(clips);
  const held = flatFrames(heldClips);
  const store = new ImageStore(train.records, framing, { ...loading, oversize: OVERSIZE });
  const validation = new ImageStore(held.records, framing, loading);
  const architecture: Architecture = begun?.architecture ?? {
    backbone: published?.backbone ?? options.backbone ?? "small",
    width: published?.width ?? options.width ?? 1,
    temporal: options.temporal === "mean" ? "mean" : (options.rnn ?? "lstm"),
    units: options.units ?? UNITS,
    ...{ dropout: options.dropout, perFrame },
  };
  const network = buildClipNetwork(architecture, classes.length, random.fork("weights"));
  if (published) setKerasWeights(network.backbone, published);
  const { canvas, resize } = framing;
  const preprocessing = begun?.preprocessing ?? {
    ...{ canvas, resize },
    ...(await channelStatistics(store)),
    ...network.backbone.preprocessing,
  };
  const frames = begun?.frames ?? options.frames ?? Math.min(longest, FRAMES);
  const sampling = begun?.sampling ?? options.sampling ?? (perFrame ? "window" : "even");
  const description: ClipDescription = {
    format: "anchorkit-clip-classifier",
    version: 1,
    ...{ model: options.model, classes, architecture, preprocessing, frames, sampling },
  };

  const tunes = options.pretrained !== undefined && (!begun || resumes);
  const isFixed = tunes && options.fineTuneFrom === "none";
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
    recipe: recipe(),
    built: { model: options.model, canvas, resize, ...chosenAs(architecture), frames, sampling },
    notes: [...notes, ...source.notes],
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

  function recipe(): Partial<Recipe> {
    if (tunes) return { phases: fineTuningPhases(network, { from: options.fineTuneFrom }) };
    return begun && !resumes ? { phases: FROM_WEIGHTS } : {};
  }

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
