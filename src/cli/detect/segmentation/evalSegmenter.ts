import { UsageError } from "../../../base/errors.ts";
import type { INSTANCE_METHODS } from "../../../segmentation/instances/instancesOf.ts";
import type { PredictorOptions } from "../../../training/predictorOptions.ts";
import { type MeasuredFlags, measuredData } from "../measuredData.ts";
import { openPredictor } from "../openPredictor.ts";
import { measureSegmentation, type SegmentationFlags, type SegmentationMeasurement } from "./measureSegmentation.ts";

/** How single objects are told apart; true for the way that suits the model. */
export type InstanceMethod = (typeof INSTANCE_METHODS)[number] | true;

/** Runs a trained segmenter over labelled images and measures what it says. */
export async function evalSegmenter(
  flags: MeasuredFlags & PredictorOptions & SegmentationFlags & { instances?: InstanceMethod },
): Promise<SegmentationMeasurement & { title: string; warnings: readonly string[]; classes: readonly string[] }> {
  const { instances } = flags;
  const { weights, title, warnings, alignedTo } = await measuredData(flags);
  const { segmentationData } = await import("../../../segmentation/segmentationData.ts");
  const segmenter = await openPredictor(weights, flags);
  if (segmenter.kind !== "segmentation") throw new UsageError(`${weights}: holds no model that segments`);
  const { classes } = segmenter;
  const { dataset, notes } = segmentationData(alignedTo(classes));
  for (const note of notes) process.stderr.write(`${note}\n`);
  const how = instances === undefined ? {} : { instances: instances === true ? {} : { method: instances } };
  const images = segmenter.segmentLabelled(dataset.images, how);
  try {
    const measured = await measureSegmentation(images, classes, instances === undefined ? undefined : flags);
    return { ...measured, title, warnings: [...warnings, ...notes], classes };
  } finally {
    segmenter.dispose();
  }
}
