import type { Rle } from "../../geometry/masks/rle.ts";

/** What is labelled in one image, in columns: what evaluation takes. */
export interface TruthColumns {
  /** n * 4 numbers: x1, y1, x2, y2 in pixels. */
  boxes: Float64Array;
  /** Width * height as the file gives them: (x + width) - x is not always width in floating point. */
  boxAreas: Float64Array;
  /** The file's `area` (COCO's: the mask's), else the box's. */
  areas: Float64Array;
  /** Indices into the classes. */
  classes: Int32Array;
  /** 1 for a group of objects under one box (`iscrowd`). */
  crowd: Uint8Array;
  /** 1 for an object marked `difficult` (an extension, from Pascal VOC); COCO's own rules know no such thing. */
  difficult: Uint8Array;
  masks?: Rle[];
}

/** What was found in one image, in the order of the file. */
export interface DetectionColumns {
  boxes: Float64Array;
  boxAreas: Float64Array;
  /** The box's; for a result that came without a box, its mask's. */
  areas: Float64Array;
  scores: Float64Array;
  classes: Int32Array;
  masks?: Rle[];
}

/** One image of the truth. */
export interface TruthImage {
  id: number;
  fileName?: string;
  /** Pixels. */
  size?: { width: number; height: number };
  /** The other fields of its record that are text, numbers or booleans, such as camera, date or split. */
  fields: Record<string, string | number | boolean>;
  truth: TruthColumns;
}

/** One image of the truth and what was found in it. */
export interface ComparedImage extends TruthImage {
  detections: DetectionColumns;
}

/** The truth of an evaluation. */
export interface CocoTruth {
  /** The file as messages call it. */
  name: string;
  /** Names of the categories, in the order of their ids. */
  classes: string[];
  categoryIds: number[];
  /** In the order of their ids. */
  images: TruthImage[];
  /** What a reader should know, one line each. */
  warnings: string[];
}
