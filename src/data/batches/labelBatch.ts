import type { Preprocessing, Size } from "../../base/preprocessing.ts";
import type { ColourMap } from "../augment/apply/colour.ts";
import { IDENTITY, invert, multiply, scaleAndShift, type Matrix } from "../augment/apply/matrix.ts";

/**
 * A batch for classifiers as plain data: stored images, how each comes to the canvas, and what it shows. What moves the
 * pixels and changes their colours is left to the graph.
 */
export interface LabelBatch {
  /** [batch, stored height, stored width, 3], each image in the upper left corner, the rest filled. */
  images: Uint8Array;
  /** [batch, 8]: from pixels of the canvas to pixels of the stored image, as ImageProjectiveTransform takes it. */
  transforms: Float32Array;
  /** [batch, 3, 3] and [batch, 3]: input = colours * pixel + shift, normalisation included. */
  colours: Float32Array;
  shift: Float32Array;
  /** [batch, classes]: the share of each class, 0 to 1. */
  targets: Float32Array;
  /** [batch, 4]: the box x1, y1, x2, y2 of the one object, in shares of the canvas; zeros where boxes are not learnt. */
  boxes: Float32Array;
  /** For messages. */
  files: string[];
}

export function emptyLabelBatch(batch: number, stored: Size, classes: number, fill: number): LabelBatch {
  return {
    images: new Uint8Array(batch * stored.height * stored.width * 3).fill(fill),
    transforms: new Float32Array(batch * 8),
    colours: new Float32Array(batch * 9),
    shift: new Float32Array(batch * 3),
    targets: new Float32Array(batch * classes),
    boxes: new Float32Array(batch * 4),
    files: [],
  };
}

/** @param matrix from pixels of the image to pixels of the canvas, a pixel covering the square to its right and below */
export function setTransform(batch: LabelBatch, slot: number, matrix: Matrix, original: Size, image: Size): void {
  const toStored = scaleAndShift(image.width / original.width, image.height / original.height, 0, 0);
  const back = multiply(toStored, invert(matrix));
  // The op counts from the middles of pixels.
  const centred = multiply(scaleAndShift(1, 1, -0.5, -0.5), multiply(back, scaleAndShift(1, 1, 0.5, 0.5)));
  const last = centred[8];
  for (let i = 0; i < 8; i++) batch.transforms[slot * 8 + i] = (centred[i] as number) / last;
}

/** The image lies on the canvas already. */
export function setNoTransform(batch: LabelBatch, slot: number): void {
  batch.transforms.set(IDENTITY.slice(0, 8), slot * 8);
}

/** (colours - mean) / deviation */
export function setColours(batch: LabelBatch, slot: number, { mean, deviation }: Preprocessing, map?: ColourMap): void {
  const { matrix, shift } = map ?? { matrix: IDENTITY, shift: [0, 0, 0] };
  for (let c = 0; c < 3; c++) {
    const scale = 1 / (deviation[c] as number);
    for (let from = 0; from < 3; from++) {
      batch.colours[slot * 9 + c * 3 + from] = (matrix[c * 3 + from] as number) * scale;
    }
    batch.shift[slot * 3 + c] = ((shift[c] as number) - (mean[c] as number)) * scale;
  }
}
