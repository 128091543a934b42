import type { ImageRecord, LabelledObject } from "../dataset.ts";

/** One object as a label file has it; `where` names file and record for messages. */
export interface FoundObject extends LabelledObject {
  where: string;
}

/** One image and its labels as a label file has them, before they are compared with the image itself. */
export interface FoundImage extends Omit<ImageRecord, "width" | "height" | "objects"> {
  /** Corners 0-based, x2 and y2 exclusive, and segmentations, in the unit that `frame` says. */
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
