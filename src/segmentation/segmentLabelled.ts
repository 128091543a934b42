import type { ImageStore } from "../data/images/imageStore.ts";
import type { LabelMap } from "../geometry/masks/labelMap.ts";
import type { MeasuredImage } from "./measure.ts";
import type { RunSegmenter, SegmentedImage, SegmentOptions } from "./segmentImages.ts";
import { segmentStored } from "./segmentStored.ts";
import { labelMapOf } from "./targets/labelMapOf.ts";

/**
 * Labelled images and what a segmenter says of them, in their order; one is in memory at a time.
 *
 * @param look is called with each, for those who want more of it
 */
export async function* segmentLabelled(
  run: RunSegmenter,
  store: ImageStore,
  options: SegmentOptions,
  look: (segmented: SegmentedImage, truth: LabelMap) => void = () => undefined,
): AsyncGenerator<MeasuredImage> {
  let i = 0;
  for await (const segmented of segmentStored(run, store, options)) {
    const record = store.record(i++);
    const truth = labelMapOf(record);
    look(segmented, truth);
    yield { file: record.file, size: segmented.size, truth, prediction: segmented.labels };
  }
}
