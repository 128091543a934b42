import { mean } from "../../base/statistics.ts";
import { count, countOf } from "../../base/words.ts";
import { groupBy } from "../../data/files.ts";
import type { MultiLabelMetrics } from "../../metrics/classification/evaluateMultiLabel.ts";
import { percent, shorten } from "../page/text.ts";
import { type Share, wilsonInterval } from "../page/wilson.ts";
import { type Answer, answersOf, confusedPairs, type LabelAnswer, labelAnswersOf } from "./answers.ts";
import type { ClassifierReportInput } from "./input.ts";
import type { Verdict } from "../page/opening.tsx";

/** With fewer images, or a wider interval, a share says little. */
const [ENOUGH_IMAGES, WIDEST] = [30, 0.2];
/** With fewer images of a class, its own numbers say little. */
const ENOUGH_OF_CLASS = 10;

export function verdictOf({ classes, images, evaluation, noun = "image" }: ClassifierReportInput): Verdict {
  if (images.length === 0) return { headline: `There are no ${noun}s, so nothing was measured.`, details: [] };
  const { multiLabel } = evaluation;
  const words = multiLabel
    ? multiLabelWords(labelAnswersOf(images, multiLabel.perClass), multiLabel, images, classes)
    : singleWords(answersOf(images), classes, noun);
  const supports = classes.map((_, k) => images.filter(({ labels }) => labels.includes(k)).length);
  const details = [...words.details, fewSentence(supports, classes, noun)];
  return { headline: words.headline, details: details.filter((text) => text !== "") };
}

function singleWords(answers: readonly Answer[], classes: readonly string[], noun: string): Verdict {
  const right = answers.filter((answer) => answer.right).length;
  const share = wilsonInterval(right, answers.length);
  const guess = commonest(answers.map(({ truth }) => quoted(classes[truth])));
  return {
    headline: headlineOf("Right in", right, answers.length, share, noun),
    details: [
      trust(share, answers.length, noun, {
        what: `always guessing the commonest class, ${guess.name},`,
        share: guess.count / answers.length,
      }),
      confusedSentence(answers, classes, noun),
      confidenceSentence(mean(answers.map(({ confidence }) => confidence)), share),
    ],
  };
}

function multiLabelWords(
  answers: readonly LabelAnswer[],
  { micro, perClass }: MultiLabelMetrics,
  images: ClassifierReportInput["images"],
  classes: readonly string[],
): Verdict {
  const there = answers.filter((answer) => answer.there);
  const found = there.filter(({ named }) => named).length;
  const wrongImages = new Set(answers.filter((one) => one.there !== one.named).map(({ image }) => image));
  const right = images.length - wrongImages.size;
  const share = wilsonInterval(right, images.length);
  const sets = images.map(({ labels }) => labels.toSorted((a, b) => a - b).map((k) => quoted(classes[k])));
  const guess = commonest(
    sets.map((set) => (set.length === 0 ? "naming nothing" : `always naming ${listed(set)}, the commonest labels,`)),
  );
  const named = answers.some((answer) => answer.named);
  const precision = named ? `${percent(micro.precision)} of what it names is right` : "it names nothing";
  return {
    headline:
      there.length === 0
        ? `None of ${countOf(images.length, "image")} has a label, so little was measured.`
        : `${isFew(share, images.length) ? "Too few images to judge: it finds" : "Finds"} ${count(found)} of ${countOf(there.length, "label")} (${percent(micro.recall)}), and ${precision}.`,
    details: [
      `All labels of an image are right in ${count(right)} of ${countOf(images.length, "image")} (${exact(share.value)}). ` +
        trust(share, images.length, "image", {
          what: guess.name,
          share: guess.count / images.length,
        }),
      errorSentence(answers, perClass),
      probabilitySentence(
        mean(answers.map(({ probability }) => probability)),
        wilsonInterval(there.length, answers.length),
      ),
    ],
  };
}

function headlineOf(what: string, right: number, all: number, share: Share, noun: string): string {
  const words = `${count(right)} of ${countOf(all, noun)} (${exact(share.value)}).`;
  if (isFew(share, all)) return `Too few ${noun}s to judge: ${what.toLowerCase()} ${words}`;
  return `${what} ${words}`;
}

function isFew({ low, high }: Share, images: number): boolean {
  return images < ENOUGH_IMAGES || high - low > WIDEST;
}

function trust({ low, high }: Share, all: number, noun: string, guess: { what: string; share: number }): string {
  const interval = `Other ${noun}s like these would give ${exact(low)} to ${exact(high)} (95% interval)`;
  const guessing = `${guess.what} would be right in ${exact(guess.share)}`;
  if (low > guess.share) return `${interval}; ${guessing}.`;
  const more = all < ENOUGH_IMAGES ? ` More ${noun}s may show it.` : "";
  return `${interval}. It is not shown to be better than guessing: ${guessing}.${more}`;
}

function confusedSentence(answers: readonly Answer[], classes: readonly string[], noun: string): string {
  const [worst] = confusedPairs(answers);
  if (worst === undefined) return `It made no mistake on these ${noun}s.`;
  const { first, second, mistakes } = worst;
  const there = mistakes.filter(({ truth }) => truth === first).length;
  const back = mistakes.length - there;
  const [a, b] = [quoted(classes[first]), quoted(classes[second])];
  const other = back === 0 ? "" : `, and ${b} for ${a} ${times(back)}`;
  return `Most often confused: ${a} and ${b}. It took ${a} for ${b} ${times(there)}${other}.`;
}

function errorSentence(answers: readonly LabelAnswer[], perClass: MultiLabelMetrics["perClass"]): string {
  const worst = (wrong: readonly LabelAnswer[]) => {
    const name = (k: number) => quoted(perClass[k]?.name);
    return wrong.length === 0 ? undefined : commonest(wrong.map((one) => name(one.class)));
  };
  const missed = worst(answers.filter(({ there, named }) => there && !named));
  const told = worst(answers.filter(({ there, named }) => named && !there));
  if (!missed && !told) return "It made no mistake on these images.";
  return [
    ...(missed ? [`Missed most often: ${missed.name}, ${times(missed.count)}.`] : ["It missed no label."]),
    ...(told ? [`Named wrongly most often: ${told.name}, ${times(told.count)}.`] : ["It named none wrongly."]),
  ].join(" ");
}

/** Whether the mean probability of its answers is more than the share that is right, or less, beyond chance. */
function confidenceSentence(sure: number, { value, low, high }: Share): string {
  const numbers = `on average it is ${exact(sure)} sure of its answers, and right in ${exact(value)}`;
  if (sure > high) return `It is over-confident: ${numbers}.`;
  if (sure < low) return `It is under-confident: ${numbers}.`;
  return `It is about as sure as it should be: ${numbers}.`;
}

/** The same of the probabilities of labels, each of which is there or not. */
function probabilitySentence(sure: number, { value, low, high }: Share): string {
  const numbers = `${exact(sure)}, where ${exact(value)} of the labels are there`;
  if (sure > high) return `Its probabilities are too high on average (over-confident): ${numbers}.`;
  if (sure < low) return `Its probabilities are too low on average (under-confident): ${numbers}.`;
  return `Its probabilities are about right on average: ${numbers}.`;
}

function fewSentence(supports: readonly number[], classes: readonly string[], noun: string): string {
  const none = classes.filter((_, k) => supports[k] === 0);
  const few = supports.filter((images) => images > 0 && images < ENOUGH_OF_CLASS).length;
  const shown = none.slice(0, 3).map(quoted).join(", ") + (none.length > 3 ? ` and ${none.length - 3} more` : "");
  const absent =
    none.length === 0 ? "" : `No ${noun} shows ${shown}, so nothing is known of ${none.length === 1 ? "it" : "them"}.`;
  const rough =
    few === 0
      ? ""
      : `${few === classes.length ? "All" : count(few)} of ${countOf(classes.length, "class")} ${few === 1 ? "has" : "have"} fewer than ${ENOUGH_OF_CLASS} ${noun}s: numbers of a single class are rough there.`;
  return [absent, rough].filter((text) => text !== "").join(" ");
}

/** The most frequent of some names, the first of equal ones. */
function commonest(names: readonly string[]): { name: string; count: number } {
  const groups = [...groupBy(names, (name) => name)].map(([name, all]) => ({ name, count: all.length }));
  return groups.reduce((best, one) => (one.count > best.count ? one : best), { name: "", count: 0 });
}

function quoted(name = ""): string {
  return `“${shorten(name, 40)}”`;
}

/** "a", "a and b", "a, b and c" */
function listed(names: readonly string[]): string {
  const [last = "", ...others] = names.toReversed();
  return others.length === 0 ? last : `${others.reverse().join(", ")} and ${last}`;
}

function times(n: number): string {
  return n === 1 ? "once" : n === 2 ? "twice" : `${count(n)} times`;
}

/** 0.96594 -> "96.6%" */
function exact(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
