import type { BoxWeights } from "./boxCoder.ts";

/** Deltas are expected to have the deviations 1 (anchors) and 0.1, 0.1, 0.2, 0.2 (RoIs), as in Fast R-CNN. */
export const ANCHOR_WEIGHTS: BoxWeights = [1, 1, 1, 1];
export const ROI_WEIGHTS: BoxWeights = [10, 10, 5, 5];

/** Numbers of the method, with what they were called in the papers. Saved with the weights. */
export interface Settings {
  /** `best`: each object claims its best anchors, however small it is; `threshold`: the classic rule, 0.7 and 0.3. */
  assignment: "best" | "threshold";
  anchorSample: { count: number; positiveFraction: number };
  proposals: { before: number; after: number; iouThreshold: number; minSize: number };
  roiSample: { count: number; positiveFraction: number; iouThreshold: number };
  /** Weight of the box head's GIoU loss. */
  boxLossWeight: number;
  /** Largest global norm of the gradients. */
  clipNorm: number;
  detections: { scoreThreshold: number; iouThreshold: number; maxDetections: number };
}

export const DEFAULT_SETTINGS: Settings = {
  assignment: "best",
  anchorSample: { count: 256, positiveFraction: 0.5 },
  proposals: { before: 600, after: 120, iouThreshold: 0.7, minSize: 1 },
  roiSample: { count: 48, positiveFraction: 0.5, iouThreshold: 0.5 },
  boxLossWeight: 3,
  clipNorm: 5,
  detections: { scoreThreshold: 0.01, iouThreshold: 0.5, maxDetections: 100 },
};
