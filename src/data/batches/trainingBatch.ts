import { toCanvas, type Placement, type Preprocessing, type Size } from "../../base/preprocessing.ts";
import type { Augmentation } from "../augment/description.ts";
import type { LabelledObject } from "../dataset.ts";
import { isTrained } from "../trainedObjects.ts";

/**
 * A batch as plain data: stored images, where on the canvas each goes, and the objects there, padded to one count.
 * What moves the pixels is left to the graph.
 */
export interface TrainingBatch {
  /** [batch, stored height, stored width, 3], each image in the upper left corner, the rest filled. */
  images: Uint8Array;
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

export function emptyBatch(batch: number, stored: Size, objects: number, fill: number): TrainingBatch {
  return {
    images: new Uint8Array(batch * stored.height * stored.width * 3).fill(fill),
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
export function setCrop(
  batch: TrainingBatch,
  slot: number,
  original: Size,
  image: Size,
  stored: Size,
  placement: Placement,
  canvas: Size,
): void {
  const x = (i: number): number =>
    exact(((i + 0.5 - placement.offsetX) / placement.scaleX) * (image.width / original.width) - 0.5) /
    (stored.width - 1);
  const y = (i: number): number =>
    exact(((i + 0.5 - placement.offsetY) / placement.scaleY) * (image.height / original.height) - 0.5) /
    (stored.height - 1);
  batch.crops.set([y(0), x(0), y(canvas.height - 1), x(canvas.width - 1)], slot * 4);
}

/** What rounding alone puts before the first pixel is brought back: CropAndResize would fill its whole row. */
function exact(position: number): number {
  return Math.abs(position) < 1e-9 ? 0 : position;
}

/** (pixel * gain - mean) / deviation */
export function setNormalization(
  batch: TrainingBatch,
  slot: number,
  preprocessing: Preprocessing,
  gains: readonly number[],
): void {
  for (let c = 0; c < 3; c++) {
    const deviation = preprocessing.deviation[c] as number;
    batch.scale[slot * 3 + c] = (gains[c] as number) / deviation;
    batch.shift[slot * 3 + c] = -(preprocessing.mean[c] as number) / deviation;
  }
}

/** Objects of an image that lies on the canvas as `placement` says; those of which too little is seen are left out. */
export function setObjects(
  batch: TrainingBatch,
  slot: number,
  count: number,
  objects: readonly LabelledObject[],
  placement: Placement,
  canvas: Size,
  { minVisible, minSide }: Augmentation,
): void {
  objects.forEach((object, i) => {
    const [x1, y1, x2, y2] = toCanvas(object.box, placement);
    const clipped: LabelledObject["box"] = [
      Math.max(x1, 0),
      Math.max(y1, 0),
      Math.min(x2, canvas.width),
      Math.min(y2, canvas.height),
    ];
    const [width, height] = [clipped[2] - clipped[0], clipped[3] - clipped[1]];
    if (!(width >= minSide && height >= minSide && width > 0 && height > 0)) return;
    const visible = (width * height) / ((x2 - x1) * (y2 - y1));
    if (visible < minVisible) return;
    setObject(batch, slot * count + i, { ...object, box: clipped });
  });
}

/** Objects that are on the canvas already. */
export function setPlacedObjects(
  batch: TrainingBatch,
  slot: number,
  count: number,
  objects: readonly LabelledObject[],
): void {
  objects.forEach((object, i) => {
    setObject(batch, slot * count + i, object);
  });
}

function setObject(batch: TrainingBatch, at: number, object: LabelledObject): void {
  batch.boxes.set(object.box, at * 4);
  batch.classes[at] = object.class;
  batch.valid[at] = isTrained(object) ? 1 : 0;
  batch.ignored[at] = isTrained(object) ? 0 : 1;
}
