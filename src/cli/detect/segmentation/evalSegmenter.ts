import { defined } from "../../../base/defined.ts";
import { UsageError } from "../../../base/errors.ts";
import type { INSTANCE_METHODS } from "../../../segmentation/instances/instancesOf.ts";
import type { MeasuredImage } from "../../../segmentation/measuring/measure.ts";
import type { PredictorOptions } from "../../../training/predictorOptions.ts";
import { type MeasuredFlags, measuredData } from "../measuredData.ts";
import { openPredictor } from "../openPredictor.ts";
import { type EvalThresholds, requireChoosable } from "../thresholds.ts";
import { askedForegroundThreshold, chooseForegroundThreshold } from "./foregroundThreshold.ts";

/** How single objects are told apart; true for the way that suits the model. */
export type InstanceMethod = (typeof INSTANCE_METHODS)[number] | true;

/** What can be measured, one image at a time, and what its report says of it. */
export interface SegmentationSource {
  title: string;
  classes: readonly string[];
  images: Iterable<MeasuredImage> | AsyncIterable<MeasuredImage>;
  warnings: readonly string[];
  /** Whether the images' files are the images themselves; else those of their labels. */
  pictures: boolean;
  dispose?: () => void;
}

/** A trained segmenter's predictions for labelled images, made as they are taken. */
export async function openSegmenter(
  flags: MeasuredFlags & PredictorOptions & { instances?: InstanceMethod; thresholds?: EvalThresholds },
): Promise<SegmentationSource> {
  const { instances, thresholds: asked, split } = flags;
  if (asked === "choose") requireChoosable(split, flags.weights);
  const { weights, title, warnings, alignedTo } = await measuredData(flags);
  const { segmentationData } = await import("../../../segmentation/segmentationData.ts");
  const segmenter = await openPredictor(weights, flags);
  if (segmenter.kind !== "segmentation") throw new UsageError(`${weights}: holds no model that segments`);
  const { classes } = segmenter;
  const { dataset, notes } = segmentationData(alignedTo(classes));
  for (const note of notes) process.stderr.write(`${note}\n`);
  const threshold =
    asked === "choose"
      ? await chooseForegroundThreshold(weights, segmenter, dataset.images)
      : askedForegroundThreshold(segmenter.description, weights, asked);
  const how = instances === undefined ? {} : { instances: instances === true ? {} : { method: instances } };
  return {
    ...{ title, classes, pictures: true, warnings: [...warnings, ...notes] },
    images: segmenter.segmentLabelled(dataset.images, { ...how, ...defined({ threshold }) }),
    dispose: () => {
      segmenter.dispose();
    },
  };
}
