import type { Preprocessing, Size } from "../../base/preprocessing.ts";
import type { Random } from "../../base/random.ts";
import type { Annotations, Sample } from "../augment/apply/augmentImage.ts";
import { colourMapOf, isLinear } from "../augment/apply/colour.ts";
import type { AugmentThreads } from "../augment/augmentThreads.ts";
import { type Augmentation, operationsByKind } from "../augment/description.ts";
import type { Draw, Layer } from "../augment/draw/draw.ts";
import { drawAugmentation } from "../augment/draw/drawAugmentation.ts";
import type { ImageRecord } from "../dataset.ts";
import type { ImageStore } from "../images/imageStore.ts";
import { pasteImage } from "../images/pasteImage.ts";
import type { Bucket } from "./bucketByLength.ts";
import { augmentedSamples, sizeOfAll } from "./augmentedSamples.ts";
import { shuffledBatches } from "./shuffledBatches.ts";
import { emptyWarpedBatch, setColours, setNoTransform, setTransform, type WarpedBatch } from "./warpedBatch.ts";

export interface WarpedOptions {
  batch: number;
  preprocessing: Preprocessing;
  augmentation: Augmentation;
  random: Random;
  /** Images that may be in a batch together; any unless told. */
  buckets?: readonly Bucket[];
  /** Where images are augmented as far as the graph does not do it; in this thread unless told. */
  threads?: AugmentThreads;
}

/** An endless, shuffled stream of batches, see shuffledBatches. */
export interface WarpedSource<Batch> {
  stepsPerEpoch: number;
  /** Size that images are fed at. */
  stored: Size;
  /** Colours are mixed with each other; otherwise all of `colours` but its diagonal is zero. */
  mixesColours: boolean;
  batch(index: number): Promise<Batch>;
  namesOf(batch: Batch): readonly string[];
}

/** One slot of a batch, and what was drawn for it. */
export interface DrawnSlot {
  slot: number;
  /** Index of the image. */
  index: number;
  draw: Draw;
  /** What became of the image's annotations on the canvas; where the graph moves the pixels, nothing did yet. */
  placed?: Annotations;
}

/** What a batch holds beside images. */
export interface WarpedTargets<Targets> {
  /** Room for those of a batch, for images that are fed at that size. */
  empty(stored: Size): Targets;
  /** Fills a slot. */
  set(made: Targets & WarpedBatch, slot: DrawnSlot, stored: Size): void;
  /** What is known of an image, and moves with it where the graph does not do that; the record without objects unless told. */
  annotationsOf?: (index: number) => Annotations | Promise<Annotations>;
}

/** Images with what an augmentation does to them: all of it in the graph where it can, else before. */
export function warpedBatches<Targets extends object>(
  store: ImageStore,
  { batch, random, augmentation, preprocessing, threads, buckets }: WarpedOptions,
  targets: WarpedTargets<Targets>,
): WarpedSource<Targets & WarpedBatch> {
  const records = Array.from({ length: store.length }, (_, i) => store.record(i));
  const { combining } = operationsByKind(augmentation);
  const sizes = records.map((_, i) => store.sizeOf(i));
  const { canvas, resize, fill } = preprocessing;
  // Of an image that is seen by windows, the graph would be fed all.
  const inGraph = resize !== "tiles" && combining.length === 0 && changesInGraph(augmentation);
  const stored = inGraph ? sizeOfAll(sizes) : canvas;
  const drawOf = (index: number, draws: Random): Draw =>
    drawAugmentation(draws, augmentation, { images: records, index, canvas, resize, fill });
  const annotationsOf =
    targets.annotationsOf ?? ((index: number) => ({ ...(records[index] as ImageRecord), objects: [] }));
  const sampleOf = async (i: number): Promise<Sample> => ({
    image: await store.get(i),
    annotations: await annotationsOf(i),
  });
  const augmented = augmentedSamples(sampleOf, threads);
  type Made = Targets & WarpedBatch;

  const fillInGraph = async (made: Made, { slot, index, draw }: DrawnSlot): Promise<void> => {
    pasteImage(made.images, slot, stored, await store.get(index));
    setTransform(made, slot, layerOf(draw).matrix, records[index] as ImageRecord, sizes[index] as Size);
    setColours(made, slot, preprocessing, colourMapOf(draw.changes));
    targets.set(made, { slot, index, draw }, stored);
  };
  const fillHere = async (made: Made, { slot, index, draw }: DrawnSlot): Promise<void> => {
    const { image, annotations } = await augmented(draw, index);
    pasteImage(made.images, slot, canvas, image);
    setNoTransform(made, slot);
    setColours(made, slot, preprocessing);
    targets.set(made, { slot, index, draw, placed: annotations }, stored);
  };

  const variation = random.fork("variation");
  const stream = shuffledBatches<Made>({
    ...{ count: store.length, batch, random: random.fork("order"), ahead: !inGraph && threads !== undefined },
    ...(buckets && { buckets }),
    readAhead: (index) => {
      store.readAhead(index);
    },
    async make(positions, indices) {
      const made = { ...emptyWarpedBatch(batch, stored, fill), ...targets.empty(stored) };
      made.files = indices.map((index) => store.record(index).file);
      await Promise.all(
        indices.map((index, slot) => {
          const draw = drawOf(index, variation.fork(positions[slot] as number));
          return (inGraph ? fillInGraph : fillHere)(made, { slot, index, draw });
        }),
      );
      return made;
    },
  });
  return { ...stream, stored, mixesColours: inGraph && mixesColours(augmentation), namesOf: ({ files }) => files };
}

/** Whether the graph can do all that an augmentation does to the pixels of one image. */
export function changesInGraph(augmentation: Augmentation): boolean {
  return operationsByKind(augmentation).photometric.every(isLinear);
}

/** Whether an augmentation mixes colours with each other. */
export function mixesColours(augmentation: Augmentation): boolean {
  return operationsByKind(augmentation).photometric.some(({ name }) => MIXING.has(name));
}

const MIXING: ReadonlySet<string> = new Set(["saturation", "hue", "grey"]);

/** The image itself. */
export function layerOf({ layers: [layer] }: Draw): Layer {
  if (!layer) throw new Error("a draw without a layer");
  return layer;
}
