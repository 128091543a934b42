import type { Rle } from "../geometry/masks/rle.ts";

/** A value that label files hang on an image or an object. */
export type Scalar = string | number | boolean;

/**
 * The outline of an object: polygons (x and y of each corner in turn, in pixels of the image as it is shown; several
 * for an object in several parts), or a mask of the size of the image as it is shown.
 */
export type Segmentation = number[][] | Rle;

/** One labelled object. */
export interface LabelledObject {
  /** x1, y1, x2, y2 in pixels of the image as it is shown (EXIF orientation applied); x2 and y2 exclusive. */
  box: [number, number, number, number];
  /** Index into the data set's classes. */
  class: number;
  /** Neither trained on nor counted against a detection (Pascal VOC). */
  difficult?: boolean;
  /** An ignored region: a group of objects under one box (COCO's iscrowd). */
  crowd?: boolean;
  /** COCO's area, where the source gives one (the mask's); otherwise the box's area counts. */
  area?: number;
  truncated?: boolean;
  occluded?: boolean;
  pose?: string;
  segmentation?: Segmentation;
  /** How sure the model or person was that made the label, 0 to 1. */
  score?: number;
  /** Whatever else the source says of the object, by name. */
  attributes?: Record<string, Scalar>;
}

export type SplitName = "train" | "val" | "test";

/** One image and what is known of it. */
export interface ImageRecord {
  /** Unique in the data set; the image id of COCO files. */
  id: number;
  /** Path of the image file, absolute. */
  file: string;
  /**
   * The region of the file that is the image (see `cutOutObjects`): x1, y1, x2, y2 in whole pixels of the file as it is
   * shown, x2 and y2 exclusive. Without it, the image is the whole file.
   */
  crop?: [number, number, number, number];
  /** Pixels, EXIF orientation applied; those of the crop where there is one. */
  width: number;
  height: number;
  split?: SplitName;
  objects: LabelledObject[];
  /** Classes of the image as a whole, indices as in `LabelledObject.class`: what classifiers learn. */
  labels?: number[];
  /** The text that stands in the image: what readers learn. */
  text?: string;
  /**
   * The frames of a clip, in their order; `file` is then what holds them all (a folder, an animated image), and `width`
   * and `height` are those of the first frame.
   */
  frames?: Frame[];
  /** Pixels that nobody labelled: they neither train nor count (255 in the masks of Pascal VOC). */
  ignored?: Rle;
  /** LabelImg's "verified" tick. */
  verified?: boolean;
  /** Whatever else the source says of the image, by name: COCO's date_captured and the like. */
  fields?: Record<string, Scalar>;
}

/** One frame of a clip. */
export interface Frame {
  /** Path of the image file, absolute. */
  file: string;
  /** Which picture of an animated image, from 0; the only one unless told. */
  page?: number;
  /** Class of this frame alone, where frames are labelled. */
  label?: number;
}

/** Rows of numbers over time. */
export interface Series {
  /** Path of the file, absolute. */
  file: string;
  /** Names of the columns of `values`. */
  columns: string[];
  /** [rows][columns]; NaN where the file has no number. */
  values: Float64Array[];
  /** When each row was, as the file says it, if it does, and what that column is called. */
  times?: string[];
  time?: string;
  /** How many rows from the first are train, and how many are train or val; the rest is test. See `splitSeries`. */
  ends?: SeriesEnds;
}

/** Where train and val end, in rows from the first. */
export interface SeriesEnds {
  train: number;
  val: number;
}

/** Images, their labels, and the names of the classes; or a series of numbers, and no images. */
export interface Dataset {
  classes: string[];
  series?: Series;
  /** COCO's category id of each class, where the source gives them; otherwise it is the index + 1. */
  categoryIds?: number[];
  images: ImageRecord[];
}

/** Frames with other numbers for their classes. */
export function relabelled(frames: readonly Frame[], renumber: (label: number) => number): Frame[] {
  return frames.map((frame) => (frame.label === undefined ? frame : { ...frame, label: renumber(frame.label) }));
}
