import { namedClasses } from "../../classification/namedClasses.ts";
import type { LabelledClassification } from "../../classification/classifyLabelled.ts";
import { groupBy } from "../../data/files.ts";

/** What a classifier of one class says of an image, beside what is right. */
export interface Answer {
  image: LabelledClassification;
  truth: number;
  /** The most probable class. */
  told: number;
  /** Its probability. */
  confidence: number;
  right: boolean;
}

/** The answers to images of one label each, in their order. */
export function answersOf(images: readonly LabelledClassification[]): Answer[] {
  return images.map((image) => {
    const [told = 0] = namedClasses(image, { multiLabel: false });
    const [truth = 0] = image.labels;
    return { image, truth, told, confidence: image.probabilities[told] ?? NaN, right: told === truth };
  });
}

/** One answer of a classifier of any number of classes: whether an image shows a class. */
export interface LabelAnswer {
  image: LabelledClassification;
  class: number;
  there: boolean;
  /** Its probability reaches the threshold of the class. */
  named: boolean;
  probability: number;
  threshold: number;
}

/** The answers for each image and, in it, for each class. */
export function labelAnswersOf(
  images: readonly LabelledClassification[],
  perClass: readonly { threshold: number }[],
): LabelAnswer[] {
  return images.flatMap((image) => {
    const shown = new Set(image.labels);
    return perClass.map(({ threshold }, k) => {
      const probability = image.probabilities[k] ?? NaN;
      return { image, class: k, there: shown.has(k), named: probability >= threshold, probability, threshold };
    });
  });
}

/** Two classes that are taken for each other, and the images in which that happened. */
export interface ConfusedPair {
  /** The one that is taken for the other more often. */
  first: number;
  second: number;
  /** Surest first. */
  mistakes: Answer[];
}

/** Pairs of classes, those first that are confused in most images. */
export function confusedPairs(answers: readonly Answer[]): ConfusedPair[] {
  const wrong = answers.filter(({ right }) => !right).sort((a, b) => b.confidence - a.confidence);
  const pairs = groupBy(wrong, ({ truth, told }) => `${Math.min(truth, told)} ${Math.max(truth, told)}`);
  return [...pairs.values()]
    .sort((a, b) => b.length - a.length)
    .flatMap((mistakes) => {
      const [one] = mistakes;
      if (one === undefined) return [];
      const same = mistakes.filter(({ truth }) => truth === one.truth).length;
      const [first, second] = 2 * same >= mistakes.length ? [one.truth, one.told] : [one.told, one.truth];
      return { first, second, mistakes };
    });
}
