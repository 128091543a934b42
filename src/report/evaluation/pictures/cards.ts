import type { DetectionMatches } from "../../../metrics/detection/coco/matching.ts";
import { iouIndexOf } from "../../../metrics/detection/coco/ranked.ts";
import type { Tide, WrongDetection } from "../../../metrics/detection/tide/tide.ts";
import type { Thresholds } from "../thresholds.ts";

/** One picture of the report: an error, or a whole image. */
export type Card = WrongCard | MissedCard | ImageCard;

export interface WrongCard extends WrongDetection {
  kind: "wrong";
  /** Its threshold indices: the error is there up to this one. */
  upTo: number;
}

export interface MissedCard {
  kind: "missed";
  image: number;
  /** Index among the labelled objects of the image. */
  truth: number;
  class: number;
  cost: number;
  /** The object is missed above this threshold (an index); -1 for at all. */
  above: number;
  /** Of the detection that found it after all; NaN for none. */
  score: number;
}

export interface ImageCard {
  kind: "image";
  image: number;
  /** The sum of its errors' costs. */
  cost: number;
  wrong: number;
  missed: number;
}

export interface Cards {
  wrong: WrongCard[];
  missed: MissedCard[];
  duplicates: WrongCard[];
  images: ImageCard[];
}

const [PER_GROUP, LOW_SCORES, IMAGES] = [24, 8, 8];

/** The errors that cost most, dearest first: at most 24 of each kind, and the 8 images with the dearest errors. */
export function chooseCards(tide: Tide, matches: DetectionMatches, { lastPassedBy }: Thresholds): Cards {
  const wrongCards = (isDuplicate: boolean): WrongCard[] =>
    tide.wrongDetections
      .filter(({ type }) => (type === "duplicate") === isDuplicate)
      .slice(0, PER_GROUP)
      .map((error) => ({ kind: "wrong", ...error, upTo: lastPassedBy(error.score) }));
  const missed = tide.missedTruths
    .slice(0, PER_GROUP - LOW_SCORES)
    .map((error): MissedCard => ({ kind: "missed", ...error, above: -1, score: NaN }));
  return {
    wrong: wrongCards(false),
    missed: [...missed, ...foundLast(matches, lastPassedBy).slice(0, PER_GROUP - missed.length)],
    duplicates: wrongCards(true),
    images: dearestImages(tide),
  };
}

/** The objects that are missed first when the threshold rises: those that the least sure detections found. */
function foundLast(matches: DetectionMatches, lastPassedBy: Thresholds["lastPassedBy"]): MissedCard[] {
  const iou = iouIndexOf(matches, 0.5);
  return matches.perClass
    .flatMap(({ truths, detections, rows, found }, k): MissedCard[] => {
      const cards: MissedCard[] = [];
      const truthOf = found[0]?.[iou] ?? new Int32Array();
      for (let place = truthOf.length - 1; place >= 0 && cards.length < PER_GROUP; place--) {
        const truth = truthOf[place] as number;
        if (truth === -1 || truths.ignore[truth] === 1) continue;
        const score = detections.scores[rows[place] as number] as number;
        const [image = 0, index = 0] = [truths.images[truth], truths.indices[truth]];
        cards.push({ kind: "missed", image, truth: index, class: k, cost: NaN, above: lastPassedBy(score), score });
      }
      return cards;
    })
    .sort((a, b) => a.score - b.score);
}

function dearestImages({ wrongDetections, missedTruths }: Tide): ImageCard[] {
  const cards = new Map<number, ImageCard>();
  const cardOf = (image: number): ImageCard => {
    const card = cards.get(image) ?? { kind: "image", image, cost: 0, wrong: 0, missed: 0 };
    cards.set(image, card);
    return card;
  };
  for (const { image, cost } of wrongDetections) {
    const card = cardOf(image);
    card.cost += cost;
    card.wrong++;
  }
  for (const { image, cost } of missedTruths) {
    const card = cardOf(image);
    card.cost += cost;
    card.missed++;
  }
  return [...cards.values()].sort((a, b) => b.cost - a.cost).slice(0, IMAGES);
}
