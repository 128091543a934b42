import type { Preprocessing, Size } from "../../base/preprocessing.ts";
import type { Random } from "../../base/random.ts";
import { AnchorkitError } from "../../base/errors.ts";
import type { Sample } from "../augment/apply/augmentImage.ts";
import { colourMapOf, isLinear } from "../augment/apply/colour.ts";
import { transformPoint } from "../augment/apply/matrix.ts";
import type { AugmentThreads } from "../augment/augmentThreads.ts";
import { type Augmentation, operationsByKind } from "../augment/description.ts";
import type { Draw, Layer } from "../augment/draw/draw.ts";
import { drawAugmentation } from "../augment/draw/drawAugmentation.ts";
import type { ImageRecord } from "../dataset.ts";
import type { ImageStore } from "../images/imageStore.ts";
import { pasteImage } from "../images/pasteImage.ts";
import { augmentedSamples, sizeOfAll } from "./augmentedSamples.ts";
import { emptyLabelBatch, type LabelBatch, setColours, setNoTransform, setTransform } from "./labelBatch.ts";
import { shuffledBatches } from "./shuffledBatches.ts";

export interface LabelBatchOptions {
  batch: number;
  preprocessing: Preprocessing;
  augmentation: Augmentation;
  /** How many classes there are: images have `labels`. */
  classes: number;
  random: Random;
  /** Where images are augmented as far as the graph does not do it; in this thread unless told. */
  threads?: AugmentThreads;
}

/** An endless, shuffled stream of batches, see shuffledBatches. */
export interface LabelBatchSource {
  stepsPerEpoch: number;
  /** Size that images are fed at. */
  stored: Size;
  /** Colours are mixed with each other; otherwise all of `colours` but its diagonal is zero. */
  mixesColours: boolean;
  batch(index: number): Promise<LabelBatch>;
  namesOf(batch: LabelBatch): readonly string[];
}

/** @throws AnchorkitError for an augmentation that combines images in a way that leaves no single class */
export function labelBatches(store: ImageStore, options: LabelBatchOptions): LabelBatchSource {
  const { batch, random, augmentation, classes, preprocessing, threads } = options;
  const records = Array.from({ length: store.length }, (_, i) => store.record(i));
  const { combining, photometric } = operationsByKind(augmentation);
  const misplaced = combining.find(({ name }) => name !== "mixup");
  if (misplaced) {
    throw new AnchorkitError(`augmentation: ${misplaced.name} is for detectors; a classifier can learn from mixup`);
  }
  const inGraph = combining.length === 0 && photometric.every(isLinear);
  const sizes = records.map((_, i) => store.sizeOf(i));
  const { canvas, resize, fill } = preprocessing;
  const stored = inGraph ? sizeOfAll(sizes) : canvas;
  const drawOf = (index: number, draws: Random): Draw =>
    drawAugmentation(draws, augmentation, { images: records, index, canvas, resize, fill });

  const fillInGraph = async (made: LabelBatch, slot: number, index: number, draw: Draw): Promise<void> => {
    pasteImage(made.images, slot, stored, await store.get(index));
    setTransform(made, slot, layerOf(draw).matrix, records[index] as ImageRecord, sizes[index] as Size);
    setColours(made, slot, preprocessing, colourMapOf(draw.changes));
  };
  const sampleOf = async (i: number): Promise<Sample> => ({
    image: await store.get(i),
    annotations: { ...(records[i] as ImageRecord), objects: [] },
  });
  const augmented = augmentedSamples(sampleOf, threads);
  const fillHere = async (made: LabelBatch, slot: number, index: number, draw: Draw): Promise<void> => {
    pasteImage(made.images, slot, canvas, (await augmented(draw, index)).image);
    setNoTransform(made, slot);
    setColours(made, slot, preprocessing);
  };

  const variation = random.fork("variation");
  const stream = shuffledBatches<LabelBatch>({
    ...{ count: store.length, batch, random: random.fork("order"), ahead: !inGraph && threads !== undefined },
    readAhead: (index) => {
      store.readAhead(index);
    },
    async make(positions, indices) {
      const made = emptyLabelBatch(batch, stored, classes, fill);
      made.files = indices.map((index) => store.record(index).file);
      await Promise.all(
        indices.map(async (index, slot) => {
          const draw = drawOf(index, variation.fork(positions[slot] as number));
          setTargets(made, slot, classes, draw, records);
          setBox(made, slot, records[index] as ImageRecord, layerOf(draw), canvas);
          await (inGraph ? fillInGraph : fillHere)(made, slot, index, draw);
        }),
      );
      return made;
    },
  });
  const mixesColours = inGraph && photometric.some(({ name }) => MIXING.has(name));
  return { ...stream, stored, mixesColours, namesOf: ({ files }) => files };
}

const MIXING: ReadonlySet<string> = new Set(["saturation", "hue", "grey"]);

function layerOf({ layers: [layer] }: Draw): Layer {
  if (!layer) throw new Error("a draw without a layer");
  return layer;
}

/** The labels of the image; where another one shines through, those of both, by their weights (Zhang et al., "mixup", 2018). */
function setTargets(
  made: LabelBatch,
  slot: number,
  classes: number,
  { layers }: Draw,
  records: readonly ImageRecord[],
): void {
  const row = made.targets.subarray(slot * classes, (slot + 1) * classes);
  for (const { image, weight } of layers) {
    for (let c = 0; c < classes; c++) row[c] = (row[c] as number) * (1 - weight);
    for (const label of records[image]?.labels ?? []) row[label] = (row[label] as number) + weight;
  }
}

/** The smallest box around the image's one object where it lies now, clipped to the canvas. */
function setBox(
  made: LabelBatch,
  slot: number,
  { objects: [object] }: ImageRecord,
  { matrix }: Layer,
  canvas: Size,
): void {
  if (!object) return;
  const [x1, y1, x2, y2] = object.box;
  const corners = [
    [x1, y1],
    [x2, y1],
    [x2, y2],
    [x1, y2],
  ].map(([x = 0, y = 0]) => transformPoint(matrix, x, y));
  const share = (axis: 0 | 1, side: number, end: (...values: number[]) => number): number =>
    Math.min(1, Math.max(0, end(...corners.map((corner) => corner[axis])) / side));
  const { width, height } = canvas;
  made.boxes.set(
    [share(0, width, Math.min), share(1, height, Math.min), share(0, width, Math.max), share(1, height, Math.max)],
    slot * 4,
  );
}
