import type { ImageRecord } from "../../data/dataset.ts";
import type { RunStep } from "../../engine/graph/step.ts";
import { maskOf } from "../../data/formats/masks/maskPng.ts";
import type { ImageStore } from "../../data/images/imageStore.ts";
import { hasOutline } from "../../data/trainedObjects.ts";
import type { LabelMap } from "../../geometry/masks/labelMap.ts";
import { type InstanceOptions, instancesOf } from "../instances/instancesOf.ts";
import type { MeasuredImage, TrueInstance } from "../measuring/measure.ts";
import type { SegmentedImage } from "./onImage.ts";
import type { SegmentOptions } from "./segmentImages.ts";
import { segmentStored } from "./segmentStored.ts";
import { labelMapOf } from "../targets/labelMapOf.ts";

export interface LabelledOptions extends SegmentOptions {
  /** Single objects are told apart, too. */
  instances?: InstanceOptions | undefined;
  /** Is called with each image, for those who want more of it. */
  look?: (segmented: SegmentedImage, truth: LabelMap) => void;
}

/** Labelled images and what a segmenter says of them, in their order; one is in memory at a time. */
export async function* segmentLabelled(
  run: RunStep,
  store: ImageStore,
  { instances, look, ...options }: LabelledOptions,
): AsyncGenerator<MeasuredImage> {
  let i = 0;
  for await (const segmented of segmentStored(run, store, options)) {
    const record = store.record(i++);
    const truth = labelMapOf(record);
    look?.(segmented, truth);
    const { size, labels } = segmented;
    const objects = instances && { truth: trueInstances(record), found: instancesOf(segmented, instances) };
    yield { file: record.file, size, truth, prediction: labels, ...(objects && { instances: objects }) };
  }
}

/** The objects of an image that have an outline; what nobody told apart, or is difficult, is neither found nor missed. */
function trueInstances(image: ImageRecord): TrueInstance[] {
  return image.objects.filter(hasOutline).map((object) => ({
    ...{ mask: maskOf(object, image), class: object.class },
    ...((object.crowd === true || object.difficult === true) && { crowd: true }),
  }));
}
