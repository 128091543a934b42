export { area, areas, clip } from "./boxes.ts";
export { convert, type BoxFormat } from "./convert.ts";
export type { Detections } from "./detections.ts";
export { batchedNms, nms, type NmsOptions } from "./nms.ts";
export { ciou, diou, giou, iou, pairwiseCiou, pairwiseDiou, pairwiseGiou, pairwiseIou } from "./overlap.ts";
export type { Box, Boxes } from "./readBoxes.ts";
export { softNms, type SoftNmsOptions, type SoftNmsResult } from "./softNms.ts";
