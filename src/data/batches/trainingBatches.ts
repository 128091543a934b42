import type { Preprocessing, Size } from "../../base/preprocessing.ts";
import type { Random } from "../../base/random.ts";
import type { Sample } from "../augment/apply/augmentImage.ts";
import type { AugmentThreads } from "../augment/augmentThreads.ts";
import type { Augmentation } from "../augment/description.ts";
import { drawAugmentation } from "../augment/draw/drawAugmentation.ts";
import { drawVariation, variationRanges, type VariationRanges } from "../augment/draw/variation.ts";
import type { ImageRecord } from "../dataset.ts";
import type { ImageStore } from "../images/imageStore.ts";
import { pasteImage } from "../images/pasteImage.ts";
import { augmentedSamples, sizeOfAll } from "./augmentedSamples.ts";
import { setObjects, setPlacedObjects } from "./boxTargets.ts";
import { shuffledBatches } from "./shuffledBatches.ts";
import { emptyBatch, setCrop, setNormalization, type TrainingBatch } from "./trainingBatch.ts";

export interface BatchOptions {
  batch: number;
  preprocessing: Preprocessing;
  augmentation: Augmentation;
  random: Random;
  /** Where images are augmented as far as the graph does not do it; in this thread unless told. */
  threads?: AugmentThreads;
}

/** An endless, shuffled stream of batches. Each batch depends on its number and the seed alone, so it can be resumed. */
export interface BatchSource {
  stepsPerEpoch: number;
  /** Size that images are fed at. */
  stored: Size;
  /** Objects an image is padded to. */
  objects: number;
  batch(index: number): Promise<TrainingBatch>;
  /** The files of a batch's images. */
  namesOf(batch: TrainingBatch): readonly string[];
}

/** Fills one slot of a batch with a variation of an image. */
interface Slots extends Pick<BatchSource, "stored" | "objects"> {
  /** The next batch is begun with each, since other threads work on it. */
  ahead: boolean;
  fill(batch: TrainingBatch, slot: number, image: number, random: Random): Promise<void>;
}

/** Images are not combined where more objects than this would come together, if no single image has as many. */
const MOST_COMBINED = 200;

export function trainingBatches(store: ImageStore, options: BatchOptions): BatchSource {
  const { batch, random } = options;
  const count = store.length;
  const records = Array.from({ length: count }, (_, i) => store.record(i));
  const ranges = variationRanges(options.augmentation);
  const slots = ranges ? graphSlots(store, records, ranges, options) : warpedSlots(store, records, options);
  const { stored, objects, ahead } = slots;
  const variation = random.fork("variation");
  const stream = shuffledBatches<TrainingBatch>({
    ...{ count, batch, random: random.fork("order"), ahead },
    readAhead: (index) => {
      store.readAhead(index);
    },
    async make(positions, indices) {
      const result = emptyBatch(batch, stored, objects, options.preprocessing.fill);
      result.files = indices.map((index) => store.record(index).file);
      await Promise.all(
        indices.map((index, slot) => slots.fill(result, slot, index, variation.fork(positions[slot] as number))),
      );
      return result;
    },
  });
  return { ...stream, stored, objects, namesOf: ({ files }) => files };
}

/** Images as they are stored; the graph crops, flips and brightens them. */
function graphSlots(
  store: ImageStore,
  records: readonly ImageRecord[],
  ranges: VariationRanges,
  { preprocessing, augmentation }: BatchOptions,
): Slots {
  const { canvas } = preprocessing;
  const sizes = records.map((_, i) => store.sizeOf(i));
  const stored = sizeOfAll(sizes);
  const objects = mostObjects(records);
  return {
    stored,
    objects,
    ahead: false,
    async fill(batch, slot, image, random) {
      const record = records[image] as ImageRecord;
      const { placement, gains } = drawVariation(random, record, preprocessing, ranges);
      pasteImage(batch.images, slot, stored, await store.get(image));
      setCrop(batch, slot, record, sizes[image] as Size, stored, placement, canvas);
      setNormalization(batch, slot, preprocessing, gains);
      setObjects(batch, slot, objects, record.objects, placement, canvas, augmentation);
    },
  };
}

/** Images as they lie on the canvas: all that the graph cannot do is done here, or in threads while a step runs. */
function warpedSlots(
  store: ImageStore,
  records: readonly ImageRecord[],
  { preprocessing, augmentation, threads }: BatchOptions,
): Slots {
  const { canvas, resize, fill } = preprocessing;
  const single = mostObjects(records);
  const maxObjects = Math.max(single, Math.min(mostCombined(augmentation, single), MOST_COMBINED));
  const sampleOf = async (index: number): Promise<Sample> => ({
    image: await store.get(index),
    annotations: records[index] as ImageRecord,
  });
  const augmented = augmentedSamples(sampleOf, threads);
  const whole = { scaleX: 1, offsetX: 0, scaleY: 1, offsetY: 0 };
  return {
    stored: canvas,
    objects: maxObjects,
    ahead: threads !== undefined,
    async fill(batch, slot, index, random) {
      const draw = drawAugmentation(random, augmentation, { images: records, index, canvas, resize, fill, maxObjects });
      const { image, annotations } = await augmented(draw, index);
      pasteImage(batch.images, slot, canvas, image);
      setCrop(batch, slot, canvas, canvas, canvas, whole, canvas);
      setNormalization(batch, slot, preprocessing, [1, 1, 1]);
      setPlacedObjects(batch, slot, maxObjects, annotations.objects);
    },
  };
}

/** How many objects can come together where an image has so many. */
function mostCombined({ operations }: Augmentation, single: number): number {
  let most = single;
  for (const operation of operations) {
    if (operation.name === "mosaic") most = 4 * single;
    else if (operation.name === "mixup") most += single;
    else if (operation.name === "copyPaste") most += Math.floor(operation.count[1]);
  }
  return most;
}

function mostObjects(records: readonly ImageRecord[]): number {
  return Math.max(1, ...records.map(({ objects }) => objects.length));
}
