import { type PreparedMask, prepareMask, preparedMaskIou } from "../../../geometry/masks/maskIou.ts";
import type { Rle } from "../../../geometry/masks/rle.ts";
import type { ClassDetections, ClassTruths } from "./byClass.ts";
import type { OverlapKind } from "../evaluationImage.ts";

export type { OverlapKind } from "../evaluationImage.ts";

/** Intersection over union of a detection and a labelled object; over the detection's area alone if that is a crowd. */
export type Overlap = (detections: ClassDetections, row: number, truths: ClassTruths, truth: number) => number;

export function overlapOf(kind: OverlapKind): Overlap {
  return { box: boxOverlap, "inclusive-box": inclusiveBoxOverlap, mask: maskOverlap }[kind];
}

/** In pycocotools' order of operations. */
function boxOverlap(detections: ClassDetections, row: number, truths: ClassTruths, truth: number): number {
  const intersection = intersectionOf(detections.boxes, row * 4, truths.boxes, truth * 4, 0);
  if (intersection === 0) return 0;
  const area = detections.boxAreas[row] as number;
  return intersection / (truths.crowd[truth] === 1 ? area : area + (truths.boxAreas[truth] as number) - intersection);
}

function inclusiveBoxOverlap(detections: ClassDetections, row: number, truths: ClassTruths, truth: number): number {
  const intersection = intersectionOf(detections.boxes, row * 4, truths.boxes, truth * 4, 1);
  if (intersection === 0) return 0;
  const area = inclusiveArea(detections.boxes, row * 4);
  return (
    intersection / (truths.crowd[truth] === 1 ? area : area + inclusiveArea(truths.boxes, truth * 4) - intersection)
  );
}

function maskOverlap(detections: ClassDetections, row: number, truths: ClassTruths, truth: number): number {
  const [a, b] = [detections.masks[row], truths.masks[truth]];
  if (a === undefined || b === undefined) throw new TypeError("maskOverlap: tables without masks"); // images were checked
  return preparedMaskIou(prepared(a), prepared(b), truths.crowd[truth] === 1);
}

const preparedMasks = new WeakMap<Rle, PreparedMask>();

function prepared(rle: Rle): PreparedMask {
  let mask = preparedMasks.get(rle);
  if (mask === undefined) preparedMasks.set(rle, (mask = prepareMask("mask", rle)));
  return mask;
}

function intersectionOf(a: Float64Array, i: number, b: Float64Array, j: number, extra: number): number {
  const width = Math.min(a[i + 2] as number, b[j + 2] as number) - Math.max(a[i] as number, b[j] as number) + extra;
  const height =
    Math.min(a[i + 3] as number, b[j + 3] as number) - Math.max(a[i + 1] as number, b[j + 1] as number) + extra;
  return width <= 0 || height <= 0 ? 0 : width * height;
}

function inclusiveArea(boxes: Float64Array, i: number): number {
  const width = (boxes[i + 2] as number) - (boxes[i] as number) + 1;
  const height = (boxes[i + 3] as number) - (boxes[i + 1] as number) + 1;
  return width * height;
}
