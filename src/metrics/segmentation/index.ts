export {
  BoundaryF1,
  evaluateBoundaryF1,
  type BoundaryClassMetrics,
  type BoundaryMetrics,
  type BoundaryOptions,
  type SizedLabelMaps,
} from "./boundaryF1.ts";
export type { LabelMaps, LabelOptions } from "./labelMaps.ts";
export type { PanopticImage, PanopticMap, PanopticSegment, TruePanopticSegment } from "./panopticOverlaps.ts";
export {
  evaluatePanopticQuality,
  PanopticQuality,
  type PanopticClass,
  type PanopticClassMetrics,
  type PanopticMetrics,
  type PanopticNumbers,
  type PanopticSummary,
} from "./panopticQuality.ts";
export {
  evaluateSegmentation,
  SegmentationMatrix,
  type SegmentationClassMetrics,
  type SegmentationMetrics,
} from "./segmentationMatrix.ts";
