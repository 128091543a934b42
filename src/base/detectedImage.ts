import type { DetectionColumns, Detections } from "../geometry/detections.ts";
import type { Rle } from "../geometry/masks/rle.ts";
import type { Boxes } from "../geometry/readBoxes.ts";
import type { Size } from "./preprocessing.ts";

/** What is labelled in one image: parallel arrays of any kind. */
export interface TruthColumns {
  /** n boxes, x1, y1, x2, y2 in pixels; x2 and y2 exclusive. */
  boxes: Boxes;
  /** n indices into the list of classes. */
  classes: ArrayLike<number>;
  /** n flags: COCO's crowd regions. They are neither found nor missed, and take in any number of detections. */
  crowd?: ArrayLike<number | boolean>;
  /** n flags: objects that do not count, such as Pascal VOC's difficult ones. As crowds, but with the usual IoU. */
  ignore?: ArrayLike<number | boolean>;
  /** n areas that make an object small, medium or large; without them those of the masks, else of the boxes. */
  areas?: ArrayLike<number>;
  /** As for detections. */
  boxAreas?: ArrayLike<number>;
  /** n masks; needed where masks are compared. */
  masks?: readonly Rle[];
}

/**
 * An image and what was found in it: the record that detectors give, prediction files are written from and read into,
 * evaluation measures and reports show. Each of them says which of the fields it needs.
 */
export interface DetectedImage {
  /** The image id of COCO files: a whole number, or text. */
  id?: number | string;
  /** Path of the picture. */
  file?: string;
  /** What people and result files call it. */
  fileName?: string;
  /** Pixels, EXIF orientation applied. */
  size?: Size;
  /** What else is known of it (weather, camera ...), by which images can be sliced. */
  fields?: Readonly<Record<string, unknown>>;
  truth?: TruthColumns;
  detections: DetectionColumns;
}

/** A picture that a detector has looked at. */
export interface DetectedFile extends DetectedImage {
  file: string;
  size: Size;
  detections: Detections;
}
