import { UsageError } from "../../../base/errors.ts";
import type { ImageRecord } from "../../../data/dataset.ts";
import type { MeasuredImage } from "../../../segmentation/measure.ts";
import type { PredictorOptions } from "../../../training/predictorOptions.ts";
import type { TaskKind } from "../../../training/task.ts";
import { type MeasuredFlags, measuredData } from "../measuredData.ts";
import { openPredictor } from "../openPredictor.ts";

/** How single objects are told apart; true for the way that suits the model. */
export type InstanceMethod = "components" | "watershed" | true;

/** What is needed of a segmenter to measure it. */
export interface MeasurableSegmenter {
  kind: TaskKind;
  classes: readonly string[];
  /** The labels of each image and what it makes of them, one image at a time. */
  segmentLabelled(
    images: readonly ImageRecord[],
    options: { instances?: InstanceMethod },
  ): AsyncIterable<MeasuredImage>;
  dispose(): void;
}

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
  flags: MeasuredFlags & PredictorOptions & { instances?: InstanceMethod },
): Promise<SegmentationSource> {
  const { instances } = flags;
  const { weights, title, warnings, alignedTo } = await measuredData(flags);
  const { segmentationData } = await import("../../../segmentation/segmentationData.ts");
  const segmenter: { kind: TaskKind } = await openPredictor(weights, flags);
  if (!isSegmenter(segmenter)) throw new UsageError(`${weights}: holds no model that segments`);
  const { classes } = segmenter;
  const { dataset, notes } = segmentationData(alignedTo(classes));
  for (const note of notes) process.stderr.write(`${note}\n`);
  return {
    ...{ title, classes, pictures: true, warnings: [...warnings, ...notes] },
    images: segmenter.segmentLabelled(dataset.images, instances === undefined ? {} : { instances }),
    dispose: () => {
      segmenter.dispose();
    },
  };
}

export function isSegmenter(model: { kind: TaskKind }): model is MeasurableSegmenter {
  return model.kind === "segmentation";
}
