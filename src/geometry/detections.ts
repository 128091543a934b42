import type { Rle } from "./masks/rle.ts";
import { type Boxes, flatBoxes } from "./readBoxes.ts";
import { scoreOrder } from "./scoreOrder.ts";

/** What was found in one image: parallel arrays of any kind, in any order. */
export interface DetectionColumns {
  /** n boxes, x1, y1, x2, y2 in pixels of the original image; x2 and y2 exclusive. */
  boxes: Boxes;
  /** n numbers, the higher the surer. */
  scores: ArrayLike<number>;
  /** n indices into the list of class names. */
  classes: ArrayLike<number>;
  /**
   * n areas of the boxes; without them (x2 - x1) * (y2 - y1). Whoever has boxes as x, y, width, height gives
   * width * height here: (x + width) - x is not always width in floating point, and an IoU may be exactly a threshold.
   */
  boxAreas?: ArrayLike<number>;
  /** n areas that make a detection small, medium or large; without them those of the masks, else of the boxes. */
  areas?: ArrayLike<number>;
  /** n masks of the image's size. */
  masks?: readonly Rle[];
  /** n texts that were read in the boxes, and how probable each is, 0 to 1. */
  readings?: readonly { text: string; confidence: number }[];
}

/** Detections that {@link detections} has checked: best score first. */
export interface Detections extends DetectionColumns {
  boxes: Float32Array;
  scores: Float32Array;
  classes: Int32Array;
}

/**
 * The detections of an image, checked and in the order of their scores; of equal scores the first comes first. Arrays
 * of the right kind and order are taken as they are, not copied.
 *
 * @throws RangeError where lengths do not agree, a box or score is not finite, or a class is not a whole number from 0.
 */
export function detections(
  columns: Pick<DetectionColumns, "boxes" | "scores" | "classes" | "masks" | "readings">,
): Detections {
  const flat = { ...columns, boxes: flatBoxes("detections: boxes", columns.boxes) };
  check(flat);
  const { boxes, scores, classes, masks, readings } = inOrder(flat);
  return {
    boxes: boxes instanceof Float32Array ? boxes : Float32Array.from(boxes),
    scores: scores instanceof Float32Array ? scores : Float32Array.from(scores),
    classes: classes instanceof Int32Array ? classes : Int32Array.from(classes),
    ...(masks && { masks }),
    ...(readings && { readings }),
  };
}

/**
 * Those with at least this score: as the scores fall, the first ones, and views of the same arrays. With a list, each
 * class has its own score, by its index; a class that is not in it has 0.
 */
export function scoredFrom(threshold: number | readonly number[], found: Detections): Detections {
  if (typeof threshold !== "number") return scoredFromEach(threshold, found);
  const end = found.scores.findIndex((score) => score < threshold);
  return end === -1 ? found : first(end, found);
}

/** So many of them at most, the best ones. Views of the same arrays. */
export function first(count: number, { boxes, scores, classes, masks, readings }: Detections): Detections {
  return {
    boxes: boxes.subarray(0, 4 * count),
    scores: scores.subarray(0, count),
    classes: classes.subarray(0, count),
    ...(masks && { masks: masks.slice(0, count) }),
    ...(readings && { readings: readings.slice(0, count) }),
  };
}

function scoredFromEach(thresholds: readonly number[], found: Detections): Detections {
  const { boxes, scores, classes, masks, readings } = found;
  const kept = [...scores.keys()].filter((i) => (scores[i] ?? NaN) >= (thresholds[classes[i] ?? -1] ?? 0));
  return {
    boxes: Float32Array.from(kept.flatMap((i) => [...boxes.subarray(4 * i, 4 * i + 4)])),
    scores: Float32Array.from(kept, (i) => scores[i] ?? NaN),
    classes: Int32Array.from(kept, (i) => classes[i] ?? -1),
    ...(masks && { masks: takenBy(kept, masks) }),
    ...(readings && { readings: takenBy(kept, readings) }),
  };
}

function takenBy<T>(places: Iterable<number>, list: readonly T[]): T[] {
  return Array.from(places, (i) => list[i] as T);
}

type FlatColumns = DetectionColumns & { boxes: ArrayLike<number> };

function check({ boxes, scores, classes, masks, readings }: FlatColumns): void {
  const count = scores.length;
  if (readings && readings.length !== count) {
    throw new RangeError(`detections: ${count} scores need as many readings, got ${readings.length}`);
  }
  if (boxes.length !== 4 * count || classes.length !== count || (masks ?? scores).length !== count) {
    const others = masks ? `, ${classes.length} classes and ${masks.length} masks` : ` and ${classes.length} classes`;
    throw new RangeError(
      `detections: ${count} scores need ${4 * count} box numbers and as many of the rest, got ${boxes.length}${others}`,
    );
  }
  for (let i = 0; i < count; i++) {
    const box = [0, 1, 2, 3].map((k) => boxes[4 * i + k]);
    if (!box.every(Number.isFinite)) {
      throw new RangeError(`detections: box ${i} must be four finite numbers, got [${box.join(", ")}]`);
    }
    const [score = NaN, k = NaN] = [scores[i], classes[i]];
    if (!Number.isFinite(score)) throw new RangeError(`detections: score ${i} must be a finite number, got ${score}`);
    if (!(Number.isInteger(k) && k >= 0)) {
      throw new RangeError(`detections: class ${i} must be an index into the classes, got ${k}`);
    }
  }
}

function inOrder(columns: FlatColumns): FlatColumns {
  const { boxes, scores, classes, masks, readings } = columns;
  let falling = true;
  for (let i = 1; i < scores.length; i++) falling &&= (scores[i] as number) <= (scores[i - 1] as number);
  if (falling) return columns;
  const order = scoreOrder("detections", scores, scores.length);
  return {
    boxes: Float32Array.from(
      { length: boxes.length },
      (_, j) => boxes[4 * (order[j >> 2] as number) + (j & 3)] as number,
    ),
    scores: Float32Array.from(order, (i) => scores[i] as number),
    classes: Int32Array.from(order, (i) => classes[i] as number),
    ...(masks && { masks: takenBy(order, masks) }),
    ...(readings && { readings: takenBy(order, readings) }),
  };
}
