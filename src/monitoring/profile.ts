import { z } from "zod";

const number = z.number();
const index = z.int().min(0);

/** What a model said of an image, reduced to numbers. */
export const Said = z.object({
  /** Detections that count, characters that were read, or the share of the pixels that are no background. */
  amount: number.optional(),
  /** The classes that it named, an entry for each detection, label, character or, with `weights`, region. */
  classes: z.array(index),
  /** How much of the image each of them takes, 0 to 1; each counts 1 unless told. */
  weights: z.array(number).optional(),
  /** How sure it was, 0 to 1: of each detection or label, of the text, or of the pixels on average. */
  scores: z.array(number),
  /** Of each detection: the root of its box's area over that of the image. */
  sizes: z.array(number).optional(),
  /** How much labels of this image would tell it, in bits: the entropy of what it said. */
  uncertainty: number,
});
export type Said = z.infer<typeof Said>;

/** All that drift is measured by of an image, and nothing by which the image could be drawn again. */
export const ProfileNumbers = Said.extend({
  /** Pixels, EXIF orientation applied. */
  width: number,
  height: number,
  /** See `Appearance`. */
  brightness: number,
  contrast: number,
  sharpness: number,
});
export type ProfileNumbers = z.infer<typeof ProfileNumbers>;

/** An image as drift sees it. */
export interface Profile extends ProfileNumbers {
  /** What people call the image. */
  name: string;
  /** Path of the image, where it is there to be shown. */
  file?: string;
  /** The model was trained on this image: what it says of it is no measure of what it says of others. */
  trained?: boolean;
  /** See `Embedder`. */
  embedding?: Float32Array;
}
