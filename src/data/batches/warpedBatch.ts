import type { Preprocessing, Size } from "../../base/preprocessing.ts";
import type { ColourMap } from "../augment/apply/colour.ts";
import { IDENTITY, invert, multiply, scaleAndShift, type Matrix } from "../augment/apply/matrix.ts";

/**
 * The images of a batch as plain data: as they are stored, how each comes to the canvas, and what is done to its colours.
 * To move the pixels and change them is left to the graph.
 */
export interface WarpedBatch {
  /** [batch, stored height, stored width, 3], each image in the upper left corner, the rest filled. */
  images: Uint8Array;
  /** [batch, 8]: from pixels of the canvas to pixels of the stored image, as ImageProjectiveTransform takes it. */
  transforms: Float32Array;
  /** [batch, 3, 3] and [batch, 3]: input = colours * pixel + shift, normalisation included. */
  colours: Float32Array;
  shift: Float32Array;
  /** For messages. */
  files: string[];
}

export function emptyWarpedBatch(batch: number, stored: Size, fill: number): WarpedBatch {
  return {
    images: new Uint8Array(batch * stored.height * stored.width * 3).fill(fill),
    transforms: new Float32Array(batch * 8),
    colours: new Float32Array(batch * 9),
    shift: new Float32Array(batch * 3),
    files: [],
  };
}

/** @param matrix from pixels of the image to pixels of the canvas, a pixel covering the square to its right and below */
export function setTransform(batch: WarpedBatch, slot: number, matrix: Matrix, original: Size, image: Size): void {
  const toStored = scaleAndShift(image.width / original.width, image.height / original.height, 0, 0);
  const back = multiply(toStored, invert(matrix));
  // The op counts from the middles of pixels.
  const centred = multiply(scaleAndShift(1, 1, -0.5, -0.5), multiply(back, scaleAndShift(1, 1, 0.5, 0.5)));
  const last = centred[8];
  for (let i = 0; i < 8; i++) batch.transforms[slot * 8 + i] = (centred[i] as number) / last;
}

/** The image lies on the canvas already. */
export function setNoTransform(batch: WarpedBatch, slot: number): void {
  batch.transforms.set(IDENTITY.slice(0, 8), slot * 8);
}

/** (colours - mean) / deviation */
export function setColours(
  batch: WarpedBatch,
  slot: number,
  { mean, deviation }: Preprocessing,
  map?: ColourMap,
): void {
  const { matrix, shift } = map ?? { matrix: IDENTITY, shift: [0, 0, 0] };
  for (let c = 0; c < 3; c++) {
    const scale = 1 / (deviation[c] as number);
    for (let from = 0; from < 3; from++) {
      batch.colours[slot * 9 + c * 3 + from] = (matrix[c * 3 + from] as number) * scale;
    }
    batch.shift[slot * 3 + c] = ((shift[c] as number) - (mean[c] as number)) * scale;
  }
}
