import fc from "fast-check";
import type { Boxes } from "../../../src/geometry/index.ts";
import type { EvaluationImage } from "../../../src/metrics/index.ts";

export interface Labelled {
  box: number[];
  /** Default 0, as for detections. */
  class?: number;
  crowd?: boolean;
  ignore?: boolean;
}

export interface Detected {
  box: number[];
  class?: number;
  score: number;
}

/** An image of labelled objects and detections, each written by itself. */
export function scene(truths: Labelled[], detections: Detected[], size?: EvaluationImage["size"]): EvaluationImage {
  return {
    truth: {
      boxes: truths.flatMap(({ box }) => box),
      classes: truths.map((one) => one.class ?? 0),
      crowd: truths.map(({ crowd = false }) => crowd),
      ignore: truths.map(({ ignore = false }) => ignore),
    },
    detections: {
      boxes: detections.flatMap(({ box }) => box),
      classes: detections.map((one) => one.class ?? 0),
      scores: detections.map(({ score }) => score),
    },
    ...(size && { size }),
  };
}

/** The same, read back one by one. */
export function readScene({ truth, detections }: EvaluationImage): {
  truths: Required<Labelled>[];
  detections: Required<Detected>[];
} {
  const boxOf = (boxes: Boxes, i: number): number[] => Array.from(boxes as number[]).slice(i * 4, i * 4 + 4);
  return {
    truths: Array.from(truth.classes, (k, i) => ({
      box: boxOf(truth.boxes, i),
      class: k,
      crowd: Boolean(truth.crowd?.[i]),
      ignore: Boolean(truth.ignore?.[i]),
    })),
    detections: Array.from(detections.classes, (k, i) => ({
      box: boxOf(detections.boxes, i),
      class: k,
      score: detections.scores[i] ?? NaN,
    })),
  };
}

/** Intersection over union; over the detection's area alone if the other is a crowd. `extra` is 1 for inclusive pixels. */
export function overlapOf(detection: number[], truth: number[], crowd = false, extra = 0): number {
  const [ax1 = 0, ay1 = 0, ax2 = 0, ay2 = 0] = detection;
  const [bx1 = 0, by1 = 0, bx2 = 0, by2 = 0] = truth;
  const width = Math.max(Math.min(ax2, bx2) - Math.max(ax1, bx1) + extra, 0);
  const height = Math.max(Math.min(ay2, by2) - Math.max(ay1, by1) + extra, 0);
  const area = (ax2 - ax1 + extra) * (ay2 - ay1 + extra);
  const other = (bx2 - bx1 + extra) * (by2 - by1 + extra);
  return (width * height) / (crowd ? area : area + other - width * height);
}

const side = fc.constantFrom(10, 16, 20, 32, 40);
const box = fc
  .tuple(fc.constantFrom(0, 2, 4, 10, 30), fc.constantFrom(0, 2, 5), side, side)
  .map(([x, y, width, height]) => [x, y, x + width, y + height]);
const seldom = fc.constantFrom(false, false, false, true);
const labelled = fc.record({ box, class: fc.nat(2), crowd: seldom, ignore: seldom });
const detected = fc.record({ box, class: fc.nat(2), score: fc.constantFrom(0, 0.1, 0.25, 0.5, 0.7, 0.9, 1) });

/**
 * Up to four images of three classes on few places, so that IoUs and scores tie: with crowds, ignored objects, images
 * without truth or detections, and classes that are nowhere.
 */
export const randomImages = fc.array(
  fc
    .tuple(fc.array(labelled, { maxLength: 6 }), fc.array(detected, { maxLength: 14 }))
    .map(([truths, detections]) => scene(truths, detections, { width: 70, height: 45 })),
  { maxLength: 4 },
);
