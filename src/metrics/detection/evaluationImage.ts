import type { DetectedImage, TruthColumns } from "../../base/detectedImage.ts";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import type { DetectionColumns } from "../../geometry/detections.ts";
import { type Boxes, flatBoxes } from "../../geometry/readBoxes.ts";

/**
 * What is compared: boxes; boxes whose x2 and y2 are their last pixels, as the devkit of Pascal VOC has it (each side is
 * 1 longer); or masks.
 */
export type OverlapKind = "box" | "inclusive-box" | "mask";

/**
 * What is labelled in one image and what was found in it; arrays of any kind will do. The size is needed where positions
 * relative to the image are asked for, the fields where images are sliced by them.
 */
export interface EvaluationImage extends DetectedImage {
  truth: TruthColumns;
}

/**
 * Throws AnchorkitError, naming image and object by their indices, for arrays whose lengths do not fit, classes that do
 * not exist, numbers that are not finite, and boxes with x2 < x1 or y2 < y1. Where masks are to be compared, each object
 * must have one, all of the image's size.
 */
export function checkEvaluationImage(
  { truth, detections }: EvaluationImage,
  index: number,
  classCount: number,
  overlap: OverlapKind = "box",
): void {
  const { crowd, ignore } = truth;
  checkObjects(`image ${index}: truth`, truth, { crowd, ignore }, classCount);
  checkObjects(`image ${index}: detection`, detections, { scores: detections.scores }, classCount);
  if (overlap === "mask") checkMasks(truth, detections, `image ${index}`);
}

function checkMasks(truth: TruthColumns, detections: DetectionColumns, where: string): void {
  const size = truth.masks?.[0] ?? detections.masks?.[0];
  for (const [what, { classes, masks = [] }] of Object.entries({ truth, detection: detections })) {
    if (masks.length !== classes.length) {
      throw new AnchorkitError(
        `${where}: ${what}: ${classes.length} classes need ${classes.length} masks, got ${masks.length}`,
      );
    }
    for (const [i, mask] of masks.entries()) {
      if (mask.height === size?.height && mask.width === size.width) continue;
      const sizes = `${mask.width} x ${mask.height}, another ${size?.width} x ${size?.height}`;
      throw new AnchorkitError(`${where}: ${what} ${i}: masks of an image must have its size, one is ${sizes}`);
    }
  }
}

type Column = ArrayLike<number | boolean>;

function checkObjects(
  what: string,
  { boxes: listed, classes, boxAreas, areas }: Pick<TruthColumns, "boxes" | "classes" | "boxAreas" | "areas">,
  others: Record<string, Column | undefined>,
  classCount: number,
): void {
  const count = classes.length;
  const boxes = flat(what, listed);
  checkColumn(what, "boxes", boxes, 4, count);
  for (const [name, column] of Object.entries({ classes, boxAreas, areas, ...others })) {
    if (column !== undefined) checkColumn(what, name, column, 1, count);
  }
  for (let i = 0; i < count; i++) {
    const k = classes[i] as number;
    if (!Number.isInteger(k) || k < 0 || k >= classCount) {
      throw new AnchorkitError(`${what} ${i}: class must be an index below ${classCount}, got ${k}`);
    }
    const box = i * 4;
    if (
      (boxes[box + 2] as number) < (boxes[box] as number) ||
      (boxes[box + 3] as number) < (boxes[box + 1] as number)
    ) {
      const numbers = Array.from(boxes)
        .slice(box, box + 4)
        .join(", ");
      throw new AnchorkitError(`${what} ${i}: box must have x1 <= x2 and y1 <= y2, got [${numbers}]`);
    }
  }
}

function flat(what: string, boxes: Boxes): ArrayLike<number> {
  try {
    return flatBoxes(`${what}: boxes`, boxes);
  } catch (error) {
    throw new AnchorkitError(messageOf(error));
  }
}

function checkColumn(what: string, name: string, column: Column, width: number, count: number): void {
  if (column.length !== count * width) {
    throw new AnchorkitError(`${what}: ${count} classes need ${count * width} ${name}, got ${column.length}`);
  }
  for (let i = 0; i < column.length; i++) {
    if (!Number.isFinite(Number(column[i]))) {
      throw new AnchorkitError(`${what} ${Math.floor(i / width)}: ${name} must be finite, got ${column[i]}`);
    }
  }
}
