import type { Size } from "../base/preprocessing.ts";
import { namedClasses } from "../classification/namedClasses.ts";
import type { ClassifierDescription } from "../classification/description.ts";
import { charactersOf } from "../data/text/texts.ts";
import type { DetectorDescription } from "../detection/fasterRcnn/description.ts";
import { countingScores, DEFAULT_SCORE } from "../detection/thresholds.ts";
import { area } from "../geometry/boxes.ts";
import type { DetectionColumns } from "../geometry/detections.ts";
import { flatBoxes } from "../geometry/readBoxes.ts";
import type { Said } from "./profile.ts";

/** What models of each kind that are watched say of an image of the given size. */
export interface Answers {
  detection: { detections: DetectionColumns };
  classification: { probabilities: ArrayLike<number> };
  segmentation: { regions: readonly Region[] };
  reading: { text: string; confidence: number };
}

/** The pixels of a class, or of an object. */
export interface Region {
  class: number;
  /** The mean probability of its pixels. */
  score: number;
  /** Pixels of the image. */
  area: number;
}

/** The kinds of models that look at single images. */
export type WatchedKind = keyof Answers;

/** What of a model of each kind decides how its answers are read. */
export interface WatchedDescriptions {
  detection: Pick<DetectorDescription, "classes" | "thresholds">;
  classification: Pick<ClassifierDescription, "multiLabel" | "thresholds">;
  segmentation: object;
  reading: { classes: readonly string[] };
}

/** An answer as numbers: of a detector, the detections that reach the thresholds that the model keeps, else 0.3. */
export function saidOf<Kind extends WatchedKind>(
  kind: Kind,
  description: WatchedDescriptions[Kind],
  answer: Answers[Kind],
  size: Size,
): Said {
  return READ_BY[kind](description, answer, size);
}

const READ_BY: {
  [Kind in WatchedKind]: (description: WatchedDescriptions[Kind], answer: Answers[Kind], size: Size) => Said;
} = {
  detection(description, { detections }, { width, height }) {
    const least = countingScores(description);
    const scores = Array.from(detections.scores);
    const boxes = flatBoxes("detections.boxes", detections.boxes);
    const kept = [...scores.keys()].filter((i) => {
      return (scores[i] as number) >= (least[detections.classes[i] as number] ?? DEFAULT_SCORE);
    });
    return {
      amount: kept.length,
      classes: kept.map((i) => detections.classes[i] as number),
      scores: kept.map((i) => scores[i] as number),
      sizes: kept.map((i) => Math.sqrt(areaOf(boxes, i) / (width * height))),
      uncertainty: scores.reduce((sum, score) => sum + binaryEntropy(score), 0),
    };
  },
  classification(description, { probabilities }) {
    const classes = namedClasses({ probabilities: Float32Array.from(probabilities) }, description);
    const shares = Array.from(probabilities);
    return {
      ...(description.multiLabel && { amount: classes.length }),
      classes,
      scores: classes.map((k) => shares[k] as number),
      uncertainty: shares.reduce((sum, p) => sum + (description.multiLabel ? binaryEntropy(p) : surprise(p)), 0),
    };
  },
  segmentation(_, { regions }, { width, height }) {
    const byClass = new Map<number, { share: number; sure: number }>(); // objects of a class are one region of it
    for (const { class: k, score, area } of regions) {
      const { share, sure } = byClass.get(k) ?? { share: 0, sure: 0 };
      const own = area / (width * height);
      byClass.set(k, { share: share + own, sure: sure + own * score });
    }
    const found = [...byClass].filter(([, { share }]) => share > 0).sort(([a], [b]) => a - b);
    const shares = found.map(([, { share }]) => share);
    const scores = found.map(([, { share, sure }]) => sure / share);
    return {
      amount: shares.reduce((sum, share) => sum + share, 0),
      classes: found.map(([k]) => k),
      weights: shares,
      scores,
      uncertainty: scores.reduce((sum, score, i) => sum + (shares[i] ?? 0) * binaryEntropy(score), 0),
    };
  },
  reading({ classes }, { text, confidence }) {
    const characters = charactersOf(text);
    return {
      amount: characters.length,
      classes: characters.map((character) => classes.indexOf(character)).filter((k) => k >= 0),
      scores: [confidence],
      uncertainty: -Math.log2(Math.max(confidence, 1e-6)),
    };
  },
};

function areaOf(boxes: ArrayLike<number>, i: number): number {
  return area(Array.from({ length: 4 }, (_, corner) => boxes[4 * i + corner] as number));
}

/** The regions of the classes in what a segmenter says of each pixel, 0 being the background. */
export function regionsOf({ data }: { data: ArrayLike<number> }, scores: ArrayLike<number>): Region[] {
  const regions = new Map<number, Region>();
  for (let i = 0; i < data.length; i++) {
    const label = data[i] as number;
    if (label === 0) continue;
    const region = regions.get(label) ?? { class: label - 1, score: 0, area: 0 };
    region.score += scores[i] as number;
    region.area++;
    regions.set(label, region);
  }
  return [...regions.values()].map(({ score, area, ...rest }) => ({ ...rest, area, score: score / area }));
}

/** Of something that is so with probability p, in bits. */
function binaryEntropy(p: number): number {
  return surprise(p) + surprise(1 - p);
}

function surprise(p: number): number {
  return p > 0 && p <= 1 ? -p * Math.log2(p) : 0;
}
