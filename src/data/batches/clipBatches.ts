import { AnchorkitError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { operationsByKind } from "../augment/description.ts";
import { drawAugmentation } from "../augment/draw/drawAugmentation.ts";
import type { Draw } from "../augment/draw/draw.ts";
import { colourMapOf } from "../augment/apply/colour.ts";
import type { ImageRecord } from "../dataset.ts";
import type { ImageStore } from "../images/imageStore.ts";
import { pasteImage } from "../images/pasteImage.ts";
import { augmentedSamples, sizeOfAll } from "./augmentedSamples.ts";
import { framesOfClip, type Sampling } from "./clipWindows.ts";
import { shuffledBatches } from "./shuffledBatches.ts";
import { emptyWarpedBatch, setColours, setNoTransform, setTransform, type WarpedBatch } from "./warpedBatch.ts";
import { changesInGraph, layerOf, mixesColours, type WarpedOptions, type WarpedSource } from "./warpedBatches.ts";

/** What is learned of a batch of clips, padded to one number of frames. */
export interface ClipTargets {
  /** [batch, frames]: 1 for a frame, 0 for padding behind the last one. */
  mask: Float32Array;
  /** [batch, classes], or with a class for each frame [batch, frames, classes]: 1 for the class; zeros where none is known. */
  targets: Float32Array;
  /** For messages. */
  files: string[];
}

export interface ClipBatchOptions {
  /** Clips in a batch, and frames that each is padded to. */
  batch: number;
  frames: number;
  sampling: Sampling;
  classes: number;
  /** A class for each frame. */
  perFrame: boolean;
  random: Random;
}

/** What becomes of the frames of a batch: their pixels, or features that were taken of them before. */
export interface FrameSlots<Made> {
  /** Room for so many frames. */
  empty(slots: number): Made;
  /** Fills slots from `first` on with frames of a clip. */
  fill(made: Made, first: number, clip: number, places: readonly number[], random: Random): Promise<void>;
  readAhead?: (clip: number) => void;
  /** The next batch is begun with each, since other threads work on it. */
  ahead?: boolean;
}

export interface ClipSource<Batch> {
  stepsPerEpoch: number;
  batch(index: number): Promise<Batch>;
  namesOf(batch: Batch): readonly string[];
}

/**
 * An endless, shuffled stream of batches of clips, see shuffledBatches; which frames of a long clip are taken is drawn
 * anew each time.
 */
export function clipBatches<Made extends object>(
  clips: readonly ImageRecord[],
  { batch, frames, sampling, classes, perFrame, random }: ClipBatchOptions,
  slots: FrameSlots<Made>,
): ClipSource<Made & ClipTargets> {
  const variation = random.fork("variation");
  const stream = shuffledBatches<Made & ClipTargets>({
    ...{ count: clips.length, batch, random: random.fork("order"), ahead: slots.ahead ?? false },
    ...(slots.readAhead && { readAhead: slots.readAhead }),
    async make(positions, indices) {
      const made = {
        ...slots.empty(batch * frames),
        ...emptyTargets(batch * frames, batch * (perFrame ? frames : 1) * classes),
      };
      made.files = indices.map((index) => clips[index]?.file ?? "");
      await Promise.all(
        indices.map((index, slot) => {
          const own = variation.fork(positions[slot] as number);
          const clip = clips[index] as ImageRecord;
          const places = framesOfClip(clip.frames?.length ?? 0, frames, sampling, own.uniform());
          made.mask.fill(1, slot * frames, slot * frames + places.length);
          setClasses(made.targets, slot, clip, places, { classes, perFrame, frames });
          return slots.fill(made, slot * frames, index, places, own);
        }),
      );
      return made;
    },
  });
  return { ...stream, namesOf: ({ files }) => files };
}

function emptyTargets(slots: number, targets: number): ClipTargets {
  return { mask: new Float32Array(slots), targets: new Float32Array(targets), files: [] };
}

function setClasses(
  targets: Float32Array,
  slot: number,
  { labels: [whole] = [], frames: all = [] }: ImageRecord,
  places: readonly number[],
  { classes, perFrame, frames }: Pick<ClipBatchOptions, "classes" | "perFrame" | "frames">,
): void {
  if (!perFrame) {
    if (whole !== undefined) targets[slot * classes + whole] = 1;
    return;
  }
  for (const [i, place] of places.entries()) {
    const label = all[place]?.label;
    if (label !== undefined) targets[(slot * frames + i) * classes + label] = 1;
  }
}

/**
 * Frames as images, which one draw an augmentation moves and colours alike in all of a clip; what of that the graph can do
 * is left to it.
 *
 * @param store the frames of all clips, one after the other @param starts where those of each clip begin
 * @throws AnchorkitError for an augmentation that combines images
 */
export function imageSlots(
  clips: readonly ImageRecord[],
  store: ImageStore,
  starts: readonly number[],
  {
    augmentation,
    preprocessing,
    threads,
    frames,
  }: Omit<WarpedOptions, "batch" | "random"> & Pick<ClipBatchOptions, "frames">,
): FrameSlots<WarpedBatch> & Pick<WarpedSource<unknown>, "stored" | "mixesColours"> {
  const [combining] = operationsByKind(augmentation).combining;
  if (combining) throw new AnchorkitError(`augmentation: ${combining.name} is for single images, and not for clips`);
  const { canvas, resize, fill } = preprocessing;
  const inGraph = changesInGraph(augmentation);
  const stored = inGraph ? sizeOfAll(starts.map((start) => store.sizeOf(start))) : canvas;
  const sampleOf = async (index: number) => ({
    image: await store.get(index),
    annotations: { ...store.record(index), objects: [] },
  });
  const augmented = augmentedSamples(sampleOf, threads);
  const fillFrame = async (made: WarpedBatch, slot: number, index: number, draw: Draw): Promise<void> => {
    if (!inGraph) {
      const layers = draw.layers.map((layer) => ({ ...layer, image: index }));
      const { image } = await augmented({ ...draw, layers }, index);
      pasteImage(made.images, slot, canvas, image);
      setNoTransform(made, slot);
      setColours(made, slot, preprocessing);
      return;
    }
    pasteImage(made.images, slot, stored, await store.get(index));
    setTransform(made, slot, layerOf(draw).matrix, store.record(index), store.sizeOf(index));
    setColours(made, slot, preprocessing, colourMapOf(draw.changes));
  };
  return {
    ...{ stored, mixesColours: inGraph && mixesColours(augmentation), ahead: !inGraph && threads !== undefined },
    empty: (slots) => emptyWarpedBatch(slots, stored, fill),
    readAhead(clip) {
      const length = clips[clip]?.frames?.length ?? 0;
      if (length > frames) return; // it is not known yet which of them are looked at
      for (let place = 0; place < length; place++) store.readAhead((starts[clip] ?? 0) + place);
    },
    async fill(made, first, clip, places, random) {
      const draw = drawAugmentation(random, augmentation, { images: clips, index: clip, canvas, resize, fill });
      await Promise.all(places.map((place, i) => fillFrame(made, first + i, (starts[clip] ?? 0) + place, draw)));
    },
  };
}
