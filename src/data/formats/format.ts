import type { Dataset, ImageRecord, LabelledObject } from "../dataset.ts";

/**
 * How corners in VOC XML are meant. `labelimg`: as they stand, but a minimum of 1 is read as 0, since LabelImg writes
 * 1 for 0. `voc`: 1-based and inclusive as in the VOC devkit, so 1 is taken from the minima. `zero-based`: as they stand.
 */
export type Coordinates = "labelimg" | "voc" | "zero-based";

export interface ReadOptions {
  /** Decided file by file unless told: `voc` where the XML's source names the VOC devkit, `labelimg` elsewhere. */
  coordinates?: Coordinates;
}

/** A data set as it was read. */
export interface ReadResult {
  dataset: Dataset;
  /** One line for each kind of finding, with its count and the first place. */
  warnings: string[];
  /** What was read, for people: "LabelImg / Pascal VOC XML in photos". */
  source: string;
}

/** One object as a label file has it; `where` names file and record for messages. */
export interface FoundObject extends LabelledObject {
  where: string;
}

/** One image and its labels as a label file has them, before they are compared with the image itself. */
export interface FoundImage extends Omit<ImageRecord, "width" | "height" | "objects"> {
  /** Corners 0-based, x2 and y2 exclusive, in the unit that `frame` says. */
  objects: FoundObject[];
  /** The image's size as the label file states it. */
  labelledSize?: { width: number; height: number };
  /**
   * What the corners refer to: pixels of the image with EXIF orientation applied, or fractions of its width and height.
   * Without it they are pixels, and it is open whether of the photo as shown or as stored.
   */
  frame?: "shown" | "fraction";
  where: string;
}
