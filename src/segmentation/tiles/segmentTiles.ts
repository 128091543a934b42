import type { RunStep } from "../../engine/graph/step.ts";
import type { SegmentedImage } from "../running/onImage.ts";
import { runSegmenter, type SegmentOptions } from "../running/segmentImages.ts";
import { blendTiles } from "./blendTiles.ts";
import type { RowSource } from "./rowsOfImage.ts";

/** Runs a segmenter on an image of any size, at the image's own scale: by tiles of the canvas's size. */
export function segmentTiles(run: RunStep, source: RowSource, options: SegmentOptions): Promise<SegmentedImage> {
  return blendTiles((pixels) => runSegmenter(run, pixels), source, options);
}
