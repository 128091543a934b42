import { toCanvas, type Placement, type Preprocessing, type Size } from "../base/preprocessing.ts";
import type { Random } from "../base/random.ts";
import { drawVariation, type Augmentation } from "./augmentation.ts";
import type { LabelledObject } from "./dataset.ts";
import type { ImageStore } from "./imageStore.ts";
import { pasteImage } from "./pasteImage.ts";

/**
 * A batch as plain data: stored images, where on the canvas each goes, and the objects there, padded to one count.
 * What moves the pixels is left to the graph.
 */
export interface TrainingBatch {
  /** [batch, stored height, stored width, 3], each image in the upper left corner, the rest filled. */
  images: Int32Array;
  /** [batch, 4]: y1, x1, y2, x2 of the canvas on the stored image, as TensorFlow's CropAndResize takes it. */
  crops: Float32Array;
  /** [batch, 3] each: input = pixel * scale + shift. */
  scale: Float32Array;
  shift: Float32Array;
  /** [batch, objects, 4] on the canvas, clipped to it. */
  boxes: Float32Array;
  /** [batch, objects]: index of the class. */
  classes: Int32Array;
  /** [batch, objects]: 1 for an object, 0 for padding; 1 for a region to ignore. */
  valid: Float32Array;
  ignored: Float32Array;
  /** For messages. */
  files: string[];
}

export interface BatchOptions {
  batch: number;
  preprocessing: Preprocessing;
  augmentation: Augmentation;
  random: Random;
}

/** An endless, shuffled stream of batches. Each batch depends on its number and the seed alone, so it can be resumed. */
export interface BatchSource {
  stepsPerEpoch: number;
  /** Size that images are fed at. */
  stored: Size;
  /** Objects an image is padded to. */
  objects: number;
  batch(index: number): Promise<TrainingBatch>;
}

/** Smallest side of a target on the canvas, in pixels. */
const MIN_SIDE = 1;

export function trainingBatches(store: ImageStore, options: BatchOptions): BatchSource {
  const { batch, random } = options;
  const count = store.length;
  const sizes = Array.from({ length: count }, (_, i) => store.sizeOf(i));
  const stored = {
    width: Math.max(...sizes.map((size) => size.width)),
    height: Math.max(...sizes.map((size) => size.height)),
  };
  const objects = Math.max(1, ...Array.from({ length: count }, (_, i) => store.record(i).objects.length));
  const seeds = { order: random.fork("order"), variation: random.fork("variation") };
  const orders = new Map<number, Uint32Array>();
  const orderOf = (epoch: number): Uint32Array => {
    const known = orders.get(epoch);
    if (known) return known;
    orders.delete(epoch - 2);
    const order = seeds.order.fork(epoch).shuffle(Uint32Array.from({ length: count }, (_, i) => i));
    orders.set(epoch, order);
    return order;
  };

  return {
    stepsPerEpoch: Math.ceil(count / batch),
    stored,
    objects,
    async batch(index) {
      const result = emptyBatch(batch, stored, objects, options.preprocessing.fill);
      await Promise.all(
        Array.from({ length: batch }, async (_, slot) => {
          const position = index * batch + slot;
          const image = orderOf(Math.floor(position / count))[position % count] as number;
          const record = store.record(image);
          result.files[slot] = record.file;
          const draw = seeds.variation.fork(position);
          const { placement, gains } = drawVariation(draw, record, options.preprocessing.canvas, options.augmentation);
          pasteImage(result.images, slot, stored, await store.get(image));
          setCrop(result, slot, record, sizes[image] as Size, stored, placement, options.preprocessing.canvas);
          setNormalization(result, slot, options.preprocessing, gains);
          setObjects(result, slot, objects, record.objects, placement, options);
        }),
      );
      return result;
    },
  };
}

function emptyBatch(batch: number, stored: Size, objects: number, fill: number): TrainingBatch {
  return {
    images: new Int32Array(batch * stored.height * stored.width * 3).fill(fill),
    crops: new Float32Array(batch * 4),
    scale: new Float32Array(batch * 3),
    shift: new Float32Array(batch * 3),
    boxes: new Float32Array(batch * objects * 4),
    classes: new Int32Array(batch * objects),
    valid: new Float32Array(batch * objects),
    ignored: new Float32Array(batch * objects),
    files: [],
  };
}

/** CropAndResize puts the centres of the corner pixels of its result at the corners of the box given. */
function setCrop(
  batch: TrainingBatch,
  slot: number,
  original: Size,
  image: Size,
  stored: Size,
  placement: Placement,
  canvas: Size,
): void {
  const x = (i: number): number =>
    (((i + 0.5 - placement.offsetX) / placement.scaleX) * (image.width / original.width) - 0.5) / (stored.width - 1);
  const y = (i: number): number =>
    (((i + 0.5 - placement.offsetY) / placement.scaleY) * (image.height / original.height) - 0.5) / (stored.height - 1);
  batch.crops.set([y(0), x(0), y(canvas.height - 1), x(canvas.width - 1)], slot * 4);
}

function setNormalization(batch: TrainingBatch, slot: number, preprocessing: Preprocessing, gains: number[]): void {
  for (let c = 0; c < 3; c++) {
    const deviation = preprocessing.deviation[c] as number;
    batch.scale[slot * 3 + c] = (gains[c] as number) / deviation;
    batch.shift[slot * 3 + c] = -(preprocessing.mean[c] as number) / deviation;
  }
}

function setObjects(
  batch: TrainingBatch,
  slot: number,
  count: number,
  objects: readonly LabelledObject[],
  placement: Placement,
  { preprocessing: { canvas }, augmentation }: BatchOptions,
): void {
  objects.forEach((object, i) => {
    const [x1, y1, x2, y2] = toCanvas(object.box, placement);
    const clipped = [
      Math.max(x1, 0),
      Math.max(y1, 0),
      Math.min(x2, canvas.width),
      Math.min(y2, canvas.height),
    ] as const;
    const [width, height] = [clipped[2] - clipped[0], clipped[3] - clipped[1]];
    if (width < MIN_SIDE || height < MIN_SIDE) return;
    const visible = (width * height) / ((x2 - x1) * (y2 - y1));
    if (visible < augmentation.minVisible) return;
    const at = slot * count + i;
    batch.boxes.set(clipped, at * 4);
    batch.classes[at] = object.class;
    const ignore = object.crowd === true || object.difficult === true;
    batch.valid[at] = ignore ? 0 : 1;
    batch.ignored[at] = ignore ? 1 : 0;
  });
}
