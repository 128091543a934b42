import { countOf } from "../../../base/words.ts";
import type { LabelledClassification } from "../../../classification/classifyLabelled.ts";
import { iou } from "../../../geometry/overlap.ts";
import { rate, shorten } from "../../page/text.ts";
import { type Answer, answersOf, confusedPairs, type LabelAnswer, labelAnswersOf } from "../answers.ts";
import type { ClassifierReportInput } from "../input.ts";

/** An image and what to say of it. */
export interface Card {
  image: LabelledClassification;
  title: string;
  detail: string;
}

/** Images that show one thing. */
export interface CardGroup {
  title: string;
  lead: string;
  cards: Card[];
}

/** A chapter of the gallery: one group, or several under a heading. */
export interface Chapter {
  title: string;
  lead: string;
  groups: CardGroup[];
}

/** How many pairs of classes, images of each of them, and images of any other kind are shown at most. */
const [PAIRS, OF_PAIR, OF_KIND] = [8, 6, 12];

/** The images from which most is learned; chapters without an image are left out. */
export function chooseCards({ images, classes, evaluation, noun = "image" }: ClassifierReportInput): Chapter[] {
  const { multiLabel } = evaluation;
  const nameOf = (k: number): string => shorten(classes[k] ?? "", 40);
  const chapters = multiLabel
    ? multiLabelChapters(labelAnswersOf(images, multiLabel.perClass), nameOf)
    : singleChapters(answersOf(images), nameOf, noun);
  return [...chapters, ...boxChapter(images, nameOf)].filter(({ groups }) => groups.length > 0);
}

type NameOf = (k: number) => string;

function singleChapters(answers: readonly Answer[], nameOf: NameOf, noun: string): Chapter[] {
  const wrong = answers.filter(({ right }) => !right).sort((a, b) => b.confidence - a.confidence);
  const right = answers.filter((answer) => answer.right).sort((a, b) => a.confidence - b.confidence);
  const cardOf = (answer: Answer): Card => answerCard(answer, nameOf);
  return [
    {
      title: "The most confused pairs",
      lead: "Classes that are taken for each other, the most frequent pair first.",
      groups: confusedPairs(answers)
        .slice(0, PAIRS)
        .map(({ first, second, mistakes }) => {
          const there = mistakes.filter(({ truth }) => truth === first).length;
          const back = mistakes.length - there;
          const [a, b] = [`“${nameOf(first)}”`, `“${nameOf(second)}”`];
          const shown = mistakes.length > OF_PAIR ? ` The ${OF_PAIR} surest ones:` : "";
          return {
            title: `${a} and ${b}`,
            lead: `${a} taken for ${b} in ${countOf(there, noun)}${back > 0 ? `, ${b} for ${a} in ${back}` : ""}.${shown}`,
            cards: mistakes.slice(0, OF_PAIR).map(cardOf),
          };
        }),
    },
    oneGroup(
      "The surest mistakes",
      `Wrong, with the highest probabilities. Look at the labels first: such ${noun}s are often labelled wrongly.`,
      wrong.slice(0, OF_KIND).map(cardOf),
    ),
    oneGroup(
      "Right, but hardly sure",
      `Right answers with the lowest probabilities: more training ${noun}s like these may help most.`,
      right.slice(0, OF_KIND).map(cardOf),
    ),
  ];
}

function answerCard({ image, truth, told, confidence, right }: Answer, nameOf: NameOf): Card {
  const { probabilities } = image;
  const answer = `${nameOf(told)} ${rate(confidence, 2)}`;
  if (!right) {
    return {
      ...{ image, title: `${nameOf(truth)} taken for ${nameOf(told)}` },
      detail: `${answer}, ${nameOf(truth)} ${rate(probabilities[truth] ?? NaN, 2)}`,
    };
  }
  const next = [...probabilities.keys()]
    .filter((k) => k !== told)
    .reduce<number | undefined>((best, k) => {
      return best === undefined || (probabilities[k] ?? 0) > (probabilities[best] ?? 0) ? k : best;
    }, undefined);
  const second = next === undefined ? "" : `, next ${nameOf(next)} ${rate(probabilities[next] ?? NaN, 2)}`;
  return { image, title: nameOf(told), detail: `${answer}${second}` };
}

function multiLabelChapters(answers: readonly LabelAnswer[], nameOf: NameOf): Chapter[] {
  const past = ({ probability, threshold }: LabelAnswer): number => probability - threshold;
  const cardsOf = (chosen: LabelAnswer[], what: string): Card[] =>
    chosen.slice(0, OF_KIND).map(({ image, class: k, probability, threshold }) => ({
      ...{ image, title: `${nameOf(k)}${what}` },
      detail: `${rate(probability, 2)}, threshold ${rate(threshold, 2)}; labelled ${labelsOf(image, nameOf)}`,
    }));
  const wrong = answers.filter(({ there, named }) => named && !there).sort((a, b) => past(b) - past(a));
  const missed = answers.filter(({ there, named }) => there && !named).sort((a, b) => past(a) - past(b));
  const right = answers.filter(({ there, named }) => there && named).sort((a, b) => past(a) - past(b));
  return [
    oneGroup(
      "Wrongly named, and sure of it",
      "Classes that are named but not labelled, the furthest above their thresholds first. Look at the labels first: some may have been forgotten.",
      cardsOf(wrong, " named"),
    ),
    oneGroup(
      "Missed, and sure of it",
      "Classes that are labelled but not named, the furthest below their thresholds first.",
      cardsOf(missed, " missed"),
    ),
    oneGroup("Right, but hardly sure", "Labels that were only just named.", cardsOf(right, "")),
  ];
}

function labelsOf({ labels }: LabelledClassification, nameOf: NameOf): string {
  if (labels.length === 0) return "none";
  const shown = labels.slice(0, 4).map(nameOf).join(", ");
  return labels.length > 4 ? `${shown} and ${labels.length - 4} more` : shown;
}

/** Of classifiers that learnt boxes: where they lie worst. */
function boxChapter(images: ClassifierReportInput["images"], nameOf: NameOf): Chapter[] {
  const boxed = images.flatMap((image) => {
    const { box, trueBox } = image;
    return box && trueBox ? [{ image, overlap: iou(box, trueBox) }] : [];
  });
  const cards = boxed
    .sort((a, b) => a.overlap - b.overlap)
    .slice(0, OF_KIND)
    .map(({ image, overlap }) => ({
      ...{ image, title: image.labels.map(nameOf).join(", ") },
      detail: `IoU ${rate(overlap, 2)}`,
    }));
  return [oneGroup("The worst boxes", "Boxes that lie furthest from the labelled ones, by their IoU.", cards)];
}

function oneGroup(title: string, lead: string, cards: Card[]): Chapter {
  return { title, lead, groups: cards.length === 0 ? [] : [{ title: "", lead: "", cards }] };
}
