import type { TruthColumns } from "../../base/detectedImage.ts";
import type { Size } from "../../base/preprocessing.ts";
import type { DetectionColumns } from "../../geometry/detections.ts";
import type { RecordId } from "./recordChecks.ts";

/** What is labelled in one image. Areas are the file's `area` (COCO's: the mask's), else the box's. */
export interface CocoTruthColumns extends TruthColumns {
  /** 1 for an object marked `difficult` (an extension, from Pascal VOC); COCO's own rules know no such thing. */
  difficult: Uint8Array;
  boxes: Float64Array;
}

/** One image of the truth. */
export interface TruthImage {
  id: RecordId;
  fileName?: string;
  size?: Size;
  /** The other fields of its record that are text, numbers or booleans, such as camera, date or split. */
  fields: Record<string, string | number | boolean>;
  truth: CocoTruthColumns;
}

/**
 * One image of the truth and what was found in it, in the order of the file. The areas of the detections are the boxes';
 * those of results that came without a box, their masks'.
 */
export interface ComparedImage extends TruthImage {
  detections: DetectionColumns & { boxes: Float64Array };
}

/** The truth of an evaluation. */
export interface CocoTruth {
  /** The file as messages call it. */
  name: string;
  /** Names of the categories, in the order of their ids. */
  classes: string[];
  categoryIds: RecordId[];
  /** In the order of their ids. */
  images: TruthImage[];
  /** What a reader should know, one line each. */
  warnings: string[];
}
