import { meanOverClasses } from "../meanOverClasses.ts";
import { countOverlaps, type PanopticImage } from "./panopticOverlaps.ts";

export interface PanopticClass {
  name: string;
  /** True for what is counted (cars, people), false for stuff (sky, road): the means are given for each kind too. */
  isThing: boolean;
}

/** NaN where there is no segment, neither true nor predicted. */
export interface PanopticNumbers {
  /** Panoptic quality: SQ * RQ, the sum of the matches' IoUs over TP + FP / 2 + FN / 2. */
  pq: number;
  /** Segmentation quality: the mean IoU of the matches; 0 if there is none. */
  sq: number;
  /** Recognition quality, the F1 of segments: TP / (TP + FP / 2 + FN / 2). */
  rq: number;
}

export interface PanopticClassMetrics extends PanopticNumbers, PanopticClass {
  /** Index into the list of classes. */
  class: number;
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
}

/** Means over the classes that have segments. */
export interface PanopticSummary extends PanopticNumbers {
  /** How many classes that are. */
  classes: number;
}

export interface PanopticMetrics {
  all: PanopticSummary;
  things: PanopticSummary;
  stuff: PanopticSummary;
  perClass: PanopticClassMetrics[];
}

interface Tally {
  iou: number;
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
}

/**
 * The panoptic quality of any number of images, taken in one by one; equal to COCO's panopticapi. A true and a predicted
 * segment of a class match if their IoU is above 0.5, where void pixels of the truth do not count; there is at most one
 * such partner. A crowd is neither found nor missed, and a predicted segment that matches nothing is no false positive if
 * more than half of it lies on void and crowds of its class. A stuff class is meant to have one segment an image; if it
 * has several, they are matched as things are. (torchmetrics gives other numbers where a prediction has void pixels: it
 * forgives them, which neither panopticapi nor the paper does.)
 * Reference: A. Kirillov et al., "Panoptic Segmentation", 2019.
 */
export class PanopticQuality {
  readonly #classes: readonly PanopticClass[];
  readonly #tallies: Tally[];
  #images = 0;

  constructor(classes: readonly PanopticClass[]) {
    this.#classes = classes;
    this.#tallies = classes.map(() => ({ iou: 0, truePositives: 0, falsePositives: 0, falseNegatives: 0 }));
  }

  /**
   * Matches the segments of one more image. Throws AnchorkitError for maps of different lengths, ids of pixels that are
   * not those of a segment, segments without pixels, ids given twice, and classes that do not exist.
   */
  add(image: PanopticImage): void {
    const { truths, predictions, overlap, voidOverlap } = countOverlaps(image, this.#images, this.#classes.length);
    this.#images++;
    const matched = new Set<number>();
    truths.forEach((truth, t) => {
      if (truth.crowd === true) return;
      const tally = this.#tallies[truth.class] as Tally;
      const before = tally.truePositives;
      predictions.forEach((prediction, p) => {
        if (prediction.class !== truth.class) return;
        const intersection = overlap(t, p);
        const iou = intersection / (truth.area + prediction.area - intersection - voidOverlap(p));
        if (!(iou > 0.5)) return;
        matched.add(p);
        tally.truePositives++;
        tally.iou += iou;
      });
      if (tally.truePositives === before) tally.falseNegatives++;
    });
    predictions.forEach((prediction, p) => {
      if (matched.has(p)) return;
      let excused = voidOverlap(p);
      truths.forEach((truth, t) => {
        if (truth.crowd === true && truth.class === prediction.class) excused += overlap(t, p);
      });
      if (excused / prediction.area <= 0.5) (this.#tallies[prediction.class] as Tally).falsePositives++;
    });
  }

  /** The numbers of the images so far. */
  metrics(): PanopticMetrics {
    const perClass = this.#classes.map((panopticClass, k): PanopticClassMetrics => {
      const { iou, ...counts } = this.#tallies[k] as Tally;
      const { truePositives, falsePositives, falseNegatives } = counts;
      const segments = truePositives + falsePositives / 2 + falseNegatives / 2;
      const sq = truePositives > 0 || segments === 0 ? iou / truePositives : 0;
      return { class: k, ...panopticClass, pq: iou / segments, sq, rq: truePositives / segments, ...counts };
    });
    return {
      all: summarize(perClass),
      things: summarize(perClass.filter(({ isThing }) => isThing)),
      stuff: summarize(perClass.filter(({ isThing }) => !isThing)),
      perClass,
    };
  }
}

/** The numbers of a `PanopticQuality` that took in all these images; throws what its `add` throws. */
export function evaluatePanopticQuality(
  images: Iterable<PanopticImage>,
  classes: readonly PanopticClass[],
): PanopticMetrics {
  const quality = new PanopticQuality(classes);
  for (const image of images) quality.add(image);
  return quality.metrics();
}

function summarize(perClass: readonly PanopticNumbers[]): PanopticSummary {
  return {
    pq: meanOverClasses(perClass.map(({ pq }) => pq)),
    sq: meanOverClasses(perClass.map(({ sq }) => sq)),
    rq: meanOverClasses(perClass.map(({ rq }) => rq)),
    classes: perClass.filter(({ pq }) => !Number.isNaN(pq)).length,
  };
}
