import type { Size } from "../../../base/preprocessing.ts";
import type { Matrix } from "../apply/matrix.ts";

/** x1, y1, x2, y2 in whole pixels of the canvas. */
export type Window = [number, number, number, number];

/** One image on the canvas. */
export interface Layer {
  /** Index of the image. */
  image: number;
  /** From pixels of the image (as it is labelled, not as it is stored) to pixels of the canvas. */
  matrix: Matrix;
  /** The part of the canvas that the image may cover. */
  window: Window;
  /** How much of the image is seen over what is below it, 0 to 1. */
  weight: number;
  /** Only these objects of the image, cut out: their indices. Without it, the whole image. */
  objects?: number[];
}

/** All that is random about one augmented image, as plain data (JSON keeps it). */
export interface Draw {
  canvas: Size;
  /** Value of what no image covers, 0..255. */
  fill: number;
  minVisible: number;
  minSide: number;
  /** From the lowest to the topmost; the first is the image itself. */
  layers: Layer[];
  /** What is done to the pixels of the canvas afterwards, in order. */
  changes: PixelChange[];
}

/** A change of colours that needs no other pixel; see the operations of the same names. */
export type ColourChange =
  | { name: "gain"; factors: [red: number, green: number, blue: number] }
  | { name: "brightness"; amount: number }
  | { name: "contrast"; factor: number }
  | { name: "saturation"; factor: number }
  | { name: "hue"; degrees: number }
  | { name: "grey" }
  | { name: "gamma"; exponent: number };

/** One drawn change of the pixels, as plain data. */
export type PixelChange =
  | ColourChange
  | { name: "blur"; sigma: number }
  | { name: "noise"; deviation: number; seed: number }
  | { name: "jpeg"; quality: number }
  | { name: "cutout"; rectangles: Window[] };
