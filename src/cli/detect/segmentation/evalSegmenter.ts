import { UsageError } from "../../../base/errors.ts";
import type { ImageRecord } from "../../../data/dataset.ts";
import type { MeasuredImage } from "../../../segmentation/measure.ts";
import type { PredictorOptions } from "../../../training/predictorOptions.ts";
import type { TaskKind } from "../../../training/task.ts";
import { type MeasuredFlags, measuredData } from "../measuredData.ts";
import { openPredictor } from "../openPredictor.ts";
import { measureSegmentation, type SegmentationFlags, type SegmentationMeasurement } from "./measureSegmentation.ts";

/** How single objects are told apart; true for the way that suits the model. */
export type InstanceMethod = "components" | "watershed" | true;

/** What is needed of a segmenter to measure it. */
interface MeasurableSegmenter {
  kind: TaskKind;
  classes: readonly string[];
  /** The labels of each image and what it makes of them, one image at a time. */
  segmentLabelled(
    images: readonly ImageRecord[],
    options: { instances?: InstanceMethod },
  ): AsyncIterable<MeasuredImage>;
  dispose(): void;
}

/** Runs a trained segmenter over labelled images and measures what it says. */
export async function evalSegmenter(
  flags: MeasuredFlags & PredictorOptions & SegmentationFlags & { instances?: InstanceMethod },
): Promise<SegmentationMeasurement & { title: string; warnings: readonly string[]; classes: readonly string[] }> {
  const { instances } = flags;
  const { weights, title, warnings, alignedTo } = await measuredData(flags);
  const { segmentationData } = await import("../../../segmentation/segmentationData.ts");
  const segmenter: { kind: TaskKind } = await openPredictor(weights, flags);
  if (!isSegmenter(segmenter)) throw new UsageError(`${weights}: holds no model that segments`);
  const { classes } = segmenter;
  const { dataset, notes } = segmentationData(alignedTo(classes));
  for (const note of notes) process.stderr.write(`${note}\n`);
  const images = segmenter.segmentLabelled(dataset.images, instances === undefined ? {} : { instances });
  try {
    const measured = await measureSegmentation(images, classes, instances === undefined ? undefined : flags);
    return { ...measured, title, warnings: [...warnings, ...notes], classes };
  } finally {
    segmenter.dispose();
  }
}

function isSegmenter(model: { kind: TaskKind }): model is MeasurableSegmenter {
  return model.kind === "segmentation";
}
