import { AnchorkitError } from "../../base/errors.ts";
import type { Rle } from "../../geometry/masks/rle.ts";

/**
 * What is compared: boxes; boxes whose x2 and y2 are their last pixels, as the devkit of Pascal VOC has it (each side is
 * 1 longer); or masks.
 */
export type OverlapKind = "box" | "inclusive-box" | "mask";

/** What is labelled in one image and what was found in it. Arrays of any kind will do. */
export interface EvaluationImage {
  /** In pixels; needed where positions relative to the image are asked for. */
  size?: { width: number; height: number };
  truth: {
    /** n * 4 numbers: x1, y1, x2, y2 in pixels; x2 and y2 exclusive. */
    boxes: ArrayLike<number>;
    /** n indices into the list of classes. */
    classes: ArrayLike<number>;
    /** n flags: COCO's crowd regions. They are neither found nor missed, and take in any number of detections. */
    crowd?: ArrayLike<number | boolean>;
    /** n flags: objects that do not count, such as Pascal VOC's difficult ones. As crowds, but with the usual IoU. */
    ignore?: ArrayLike<number | boolean>;
    /** n areas that make an object small, medium or large; without them those of the masks, else of the boxes. */
    areas?: ArrayLike<number>;
    /** As for detections. */
    boxAreas?: ArrayLike<number>;
    /** n masks; needed where masks are compared. */
    masks?: readonly Rle[];
  };
  detections: {
    /** m * 4 numbers: x1, y1, x2, y2 in pixels. */
    boxes: ArrayLike<number>;
    /** m numbers, the higher the surer. */
    scores: ArrayLike<number>;
    /** m indices into the list of classes. */
    classes: ArrayLike<number>;
    /**
     * m areas of the boxes; without them (x2 - x1) * (y2 - y1). Whoever has boxes as x, y, width, height gives
     * width * height here: (x + width) - x is not always width in floating point, and an IoU may be exactly a threshold.
     */
    boxAreas?: ArrayLike<number>;
    /** As for truth. */
    areas?: ArrayLike<number>;
    /** m masks. */
    masks?: readonly Rle[];
  };
  /** What else is known of the image (weather, camera ...), by which it can be sliced. */
  fields?: Readonly<Record<string, unknown>>;
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

function checkMasks(truth: EvaluationImage["truth"], detections: EvaluationImage["detections"], where: string): void {
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
  { boxes, classes, boxAreas, areas }: Pick<EvaluationImage["truth"], "boxes" | "classes" | "boxAreas" | "areas">,
  others: Record<string, Column | undefined>,
  classCount: number,
): void {
  const count = classes.length;
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
