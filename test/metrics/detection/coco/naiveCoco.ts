import { decodeMask } from "../../../../src/geometry/index.ts";
import type { CocoOptions, CocoSummary, EvaluationImage } from "../../../../src/metrics/index.ts";

/**
 * COCO's evaluation as its definition reads, one number at a time and without any regard to speed: the twin that the
 * fast one is tested against.
 */
export function naiveCoco(
  images: readonly EvaluationImage[],
  classCount: number,
  options: CocoOptions = {},
): CocoSummary & { perClass: number[] } {
  const cocoThresholds = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.8999999999999999, 0.95];
  const cocoRanges = { small: [0, 1024], medium: [1024, 9216], large: [9216, 1e10] } as const;
  const { iouThresholds: thresholds = cocoThresholds, maxDetections = 100, overlap = "box" } = options;
  const ranges = { all: [0, 1e10] as const, ...(options.areaRanges ?? cocoRanges) };
  const classes = Array.from({ length: classCount }, (_, k) => k);

  const averageOf = (
    kind: "precision" | "recall",
    range: keyof typeof ranges,
    perImage = maxDetections,
    ious: readonly number[] = thresholds,
    ofClasses = classes,
  ): number =>
    mean(
      ofClasses.flatMap((k) =>
        ious.flatMap((iou) => {
          const { found, positives } = evaluateClass(
            images,
            k,
            ranges[range],
            iou,
            Math.min(perImage, maxDetections),
            overlap,
          );
          if (positives === 0) return [];
          return kind === "precision" ? precisions(found, positives) : [recallOf(found, positives)];
        }),
      ),
    );

  return {
    AP: averageOf("precision", "all"),
    AP50: averageOf(
      "precision",
      "all",
      maxDetections,
      thresholds.filter((iou) => iou === 0.5),
    ),
    AP75: averageOf(
      "precision",
      "all",
      maxDetections,
      thresholds.filter((iou) => iou === 0.75),
    ),
    APsmall: averageOf("precision", "small"),
    APmedium: averageOf("precision", "medium"),
    APlarge: averageOf("precision", "large"),
    AR1: averageOf("recall", "all", 1),
    AR10: maxDetections < 10 ? NaN : averageOf("recall", "all", 10),
    AR100: maxDetections < 100 ? NaN : averageOf("recall", "all", 100),
    ARsmall: averageOf("recall", "small"),
    ARmedium: averageOf("recall", "medium"),
    ARlarge: averageOf("recall", "large"),
    perClass: classes.map((k) => averageOf("precision", "all", maxDetections, thresholds, [k])),
  };
}

/** A detection that counts: did it find an object? */
interface Found {
  score: number;
  hit: boolean;
}

type Kind = Required<CocoOptions>["overlap"];

/** What is compared: four corners, or the pixels of a mask. */
interface Shape {
  box: number[];
  pixels: Uint8Array | undefined;
}

interface Truth extends Shape {
  crowd: boolean;
  flagged: boolean;
  counts: boolean;
  taken: boolean;
}

function evaluateClass(
  images: readonly EvaluationImage[],
  k: number,
  range: readonly [number, number],
  threshold: number,
  perImage: number,
  kind: Kind,
): { found: Found[]; positives: number } {
  const found: Found[] = [];
  let positives = 0;
  for (const image of images) {
    const truths = truthsOf(image, k, range, kind);
    positives += truths.filter((truth) => truth.counts).length;
    for (const { score, ...shape } of bestDetections(image, k, perImage, kind)) {
      const chosen = choose(shape, truths, threshold, kind);
      if (chosen !== undefined) chosen.taken = true;
      if (chosen === undefined ? inside(areaOf(shape), range) : chosen.counts) {
        found.push({ score, hit: chosen !== undefined });
      }
    }
  }
  return { found: found.sort((a, b) => b.score - a.score), positives };
}

function truthsOf({ truth }: EvaluationImage, k: number, range: readonly [number, number], kind: Kind): Truth[] {
  return indicesOf(truth.classes, k).map((i) => {
    const shape = shapeOf(truth, i, kind);
    const crowd = Boolean(truth.crowd?.[i]);
    const flagged = crowd || Boolean(truth.ignore?.[i]);
    const counts = !flagged && inside(truth.areas?.[i] ?? areaOf(shape), range);
    return { ...shape, crowd, flagged, counts, taken: false };
  });
}

function bestDetections(
  { detections }: EvaluationImage,
  k: number,
  perImage: number,
  kind: Kind,
): (Shape & { score: number })[] {
  return indicesOf(detections.classes, k)
    .map((i) => ({ ...shapeOf(detections, i, kind), score: detections.scores[i] ?? NaN }))
    .sort((a, b) => b.score - a.score)
    .slice(0, perImage);
}

function choose(shape: Shape, truths: Truth[], threshold: number, kind: Kind): Truth | undefined {
  const near = truths.filter((truth) => (!truth.taken || truth.flagged) && overlapOf(shape, truth, kind) >= threshold);
  const counting = near.filter((truth) => truth.counts);
  const candidates = counting.length > 0 ? counting : near;
  const highest = Math.max(...candidates.map((truth) => overlapOf(shape, truth, kind)));
  return candidates.findLast((truth) => overlapOf(shape, truth, kind) === highest);
}

function overlapOf(shape: Shape, truth: Truth, kind: Kind): number {
  const extra = kind === "inclusive-box" ? 1 : 0;
  const intersection =
    shape.pixels === undefined || truth.pixels === undefined
      ? intersectionOf(shape.box, truth.box, extra)
      : shape.pixels.filter((inside, i) => inside === 1 && truth.pixels?.[i] === 1).length;
  if (intersection === 0) return 0;
  const [own, other] = [areaOf(shape, extra), areaOf(truth, extra)];
  return intersection / (truth.crowd ? own : own + other - intersection);
}

function intersectionOf([ax1 = 0, ay1 = 0, ax2 = 0, ay2 = 0]: number[], box: number[], extra: number): number {
  const [bx1 = 0, by1 = 0, bx2 = 0, by2 = 0] = box;
  const width = Math.max(0, Math.min(ax2, bx2) - Math.max(ax1, bx1) + extra);
  const height = Math.max(0, Math.min(ay2, by2) - Math.max(ay1, by1) + extra);
  return width * height;
}

/** At each of the 101 recalls, the best precision of any cut of the list that reaches it. */
function precisions(found: Found[], positives: number): number[] {
  const cuts = found.map((_, last) => {
    const hits = found.slice(0, last + 1).filter(({ hit }) => hit).length;
    return { precision: hits / (last + 1), recall: hits / positives };
  });
  return Array.from({ length: 101 }, (_, i) =>
    Math.max(0, ...cuts.filter(({ recall }) => recall >= i * 0.01).map(({ precision }) => precision)),
  );
}

function recallOf(found: Found[], positives: number): number {
  return found.filter(({ hit }) => hit).length / positives;
}

function indicesOf(classes: ArrayLike<number>, k: number): number[] {
  return Array.from(classes, (found, i) => (found === k ? i : -1)).filter((i) => i !== -1);
}

function shapeOf({ boxes, masks }: Pick<EvaluationImage["truth"], "boxes" | "masks">, i: number, kind: Kind): Shape {
  const mask = masks?.[i];
  const pixels = kind === "mask" && mask !== undefined ? decodeMask(mask) : undefined;
  return { box: Array.from(boxes as number[]).slice(i * 4, i * 4 + 4), pixels };
}

function areaOf({ box: [x1 = 0, y1 = 0, x2 = 0, y2 = 0], pixels }: Shape, extra = 0): number {
  return pixels?.filter((inside) => inside === 1).length ?? (x2 - x1 + extra) * (y2 - y1 + extra);
}

function inside(area: number, [smallest, largest]: readonly [number, number]): boolean {
  return area >= smallest && area <= largest;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
