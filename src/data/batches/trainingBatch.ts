import type { Placement, Preprocessing, Size } from "../../base/preprocessing.ts";
import { type BoxTargets, emptyTargets } from "./boxTargets.ts";

/**
 * A batch as plain data: stored images, where on the canvas each goes, and the objects there, padded to one count.
 * What moves the pixels is left to the graph.
 */
export interface TrainingBatch extends BoxTargets {
  /** [batch, stored height, stored width, 3], each image in the upper left corner, the rest filled. */
  images: Uint8Array;
  /** [batch, 4]: y1, x1, y2, x2 of the canvas on the stored image, as TensorFlow's CropAndResize takes it. */
  crops: Float32Array;
  /** [batch, 3] each: input = pixel * scale + shift. */
  scale: Float32Array;
  shift: Float32Array;
  /** For messages. */
  files: string[];
}

export function emptyBatch(batch: number, stored: Size, objects: number, fill: number): TrainingBatch {
  return {
    images: new Uint8Array(batch * stored.height * stored.width * 3).fill(fill),
    crops: new Float32Array(batch * 4),
    scale: new Float32Array(batch * 3),
    shift: new Float32Array(batch * 3),
    ...emptyTargets(batch, objects),
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
