import { defined } from "../../../base/defined.ts";
import { countOf } from "../../../base/words.ts";
import { COCO_KEYS } from "../../../metrics/detection/coco/cocoSummary.ts";
import type { ImageNumbers, MeasuredImage, SegmenterEvaluation } from "../../../segmentation/measuring/measure.ts";
import type { InstanceEvaluation } from "../../../segmentation/measuring/measureInstances.ts";
import { type Bar, type Measured, requireMeasured } from "../failUnder.ts";
import type { DataTable } from "../../tables.ts";
import { thingsOf } from "./things.ts";
import { instanceTables, segmenterTables } from "./segmenterTables.ts";

/** The numbers that `--fail-under` knows: over all classes, of a class, and of single objects, which have both. */
export const SEGMENTER_METRICS = {
  overall: [
    ...["mean_iou", "iou", "mean_image_iou", "mean_dice", "dice", "pixel_accuracy", "mean_accuracy"],
    ...["frequency_weighted_iou", "boundary_f1"],
  ],
  perClass: ["iou", "dice", "accuracy", "precision", "boundary_f1"],
  instances: [...COCO_KEYS, "PQ", "SQ", "RQ"],
};

/** @throws UsageError, before anything is measured, for a bar on a number that will not be */
export function requireSegmentationBars(bars: readonly Bar[], withInstances: boolean): void {
  const { overall, perClass, instances } = SEGMENTER_METRICS;
  const more = withInstances ? instances : [];
  const ofClass = (bar: Bar): boolean => bar.className !== undefined;
  requireMeasured(
    bars.filter((bar) => !ofClass(bar)),
    [...overall, ...more],
  );
  requireMeasured(bars.filter(ofClass), [...perClass, ...more]);
}

/** What a segmentation is measured by. */
export interface SegmentationFlags {
  /** Names of the classes whose objects are counted, where single objects are measured; all unless told. */
  things?: readonly string[];
  maxDetections: number;
}

export interface SegmentationMeasurement {
  document: object;
  tables: DataTable[];
  /** With a line for each class that has all numbers: for CSV. */
  wideTables: DataTable[];
  numbers: Measured;
  evaluation: SegmenterEvaluation;
  instances?: InstanceEvaluation;
}

/**
 * Measures images as they come, and single objects where `instances` asks for them.
 *
 * @throws UsageError for things that are no classes
 */
export async function measureSegmentation(
  images: Iterable<MeasuredImage> | AsyncIterable<MeasuredImage>,
  classes: readonly string[],
  instances: SegmentationFlags | undefined,
  each?: (image: MeasuredImage, numbers: ImageNumbers) => void,
): Promise<SegmentationMeasurement> {
  const things = instances && thingsOf(instances.things, classes);
  const { measureSegmenter } = await import("../../../segmentation/measuring/measure.ts");
  const { InstanceMeasurement } = await import("../../../segmentation/measuring/measureInstances.ts");
  const { maxDetections } = instances ?? {};
  const objects = things && new InstanceMeasurement(classes, { things, ...defined({ maxDetections }) });
  const evaluation = await measureSegmenter(images, classes, (image, numbers) => {
    objects?.add(image);
    each?.(image, numbers);
  });
  process.stderr.write(`measured on ${countOf(evaluation.images.length, "image")}\n`);
  const single = objects?.metrics();
  if (single && single.crowded > 0) {
    const more = `${countOf(single.crowded, "image")} with more objects of a class than the ${maxDetections ?? 100} that are looked at`;
    process.stderr.write(`warning: ${more}; --max-detections raises that\n`);
  }
  const { metrics, perClass, confusion } = evaluation;
  return {
    document: {
      ...{ images: evaluation.images.length, classes, ...metrics, perClass, confusion },
      ...(single && { instances: single.coco, panoptic: single.panoptic }),
      perImage: evaluation.images,
    },
    tables: [...segmenterTables(evaluation), ...(single ? instanceTables(single, false) : [])],
    wideTables: [...segmenterTables(evaluation), ...(single ? instanceTables(single, true) : [])],
    numbers: numbersOf(evaluation, single),
    evaluation,
    ...(single && { instances: single }),
  };
}

function numbersOf({ metrics, perClass }: SegmenterEvaluation, single: InstanceEvaluation | undefined): Measured {
  const coco = (from: Record<(typeof COCO_KEYS)[number], number>): [string, number][] =>
    COCO_KEYS.map((key) => [key, from[key]]);
  const quality = ({ pq, sq, rq }: { pq: number; sq: number; rq: number }) => ({ PQ: pq, SQ: sq, RQ: rq });
  return {
    overall: {
      ...metrics,
      ...(single && { ...Object.fromEntries(coco(single.coco)), ...quality(single.panoptic.all) }),
    },
    perClass: perClass.map(({ name, iou, dice, accuracy, precision, boundaryF1, class: k }) => {
      const thing = k === 0 ? undefined : single?.coco.perClass.find((one) => one.name === name);
      const panoptic = single?.panoptic.perClass[k - 1];
      return {
        name,
        metrics: {
          ...{ iou, dice, accuracy, precision, boundary_f1: boundaryF1 },
          ...(thing && Object.fromEntries(coco(thing))),
          ...(panoptic && quality(panoptic)),
        },
      };
    }),
  };
}
