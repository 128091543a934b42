import type { Size } from "../../base/preprocessing.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { transformPoint } from "../augment/apply/matrix.ts";
import { operationsByKind } from "../augment/description.ts";
import type { Draw, Layer } from "../augment/draw/draw.ts";
import type { ImageRecord } from "../dataset.ts";
import type { ImageStore } from "../images/imageStore.ts";
import type { WarpedBatch } from "./warpedBatch.ts";
import { layerOf, warpedBatches, type WarpedOptions, type WarpedSource } from "./warpedBatches.ts";

/** What classifiers learn of a batch. */
export interface LabelTargets {
  /** [batch, classes]: the share of each class, 0 to 1. */
  targets: Float32Array;
  /** [batch, 4]: the box x1, y1, x2, y2 of the one object, in shares of the canvas; zeros where boxes are not learnt. */
  boxes: Float32Array;
}

/** A batch for classifiers: images, and what they show. */
export type LabelBatch = WarpedBatch & LabelTargets;

export interface LabelBatchOptions extends WarpedOptions {
  /** How many classes there are: images have `labels`. */
  classes: number;
}

/** @throws AnchorkitError for an augmentation that combines images in a way that leaves no single class */
export function labelBatches(store: ImageStore, options: LabelBatchOptions): WarpedSource<LabelBatch> {
  const { batch, augmentation, classes, preprocessing } = options;
  const misplaced = operationsByKind(augmentation).combining.find(({ name }) => name !== "mixup");
  if (misplaced) {
    throw new AnchorkitError(`augmentation: ${misplaced.name} is for detectors; a classifier can learn from mixup`);
  }
  const records = Array.from({ length: store.length }, (_, i) => store.record(i));
  return warpedBatches<LabelTargets>(store, options, {
    empty: () => ({ targets: new Float32Array(batch * classes), boxes: new Float32Array(batch * 4) }),
    set(made, { slot, index, draw }) {
      setTargets(made, slot, classes, draw, records);
      setBox(made, slot, records[index] as ImageRecord, layerOf(draw), preprocessing.canvas);
    },
  });
}

/** The labels of the image; where another one shines through, those of both, by their weights (Zhang et al., "mixup", 2018). */
function setTargets(
  made: LabelTargets,
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
  made: LabelTargets,
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
