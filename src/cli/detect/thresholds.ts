import { InvalidArgumentError } from "commander";
import { AnchorkitError, UsageError } from "../../base/errors.ts";
import { countOf } from "../../base/words.ts";
import type { DetectorDescription } from "../../detection/fasterRcnn/description.ts";
import { chooseThresholds, DEFAULT_SCORE, thresholdsOf } from "../../detection/thresholds.ts";
import type { EvaluationImage } from "../../metrics/detection/evaluationImage.ts";
import { confidenceText } from "../../report/evaluation/thresholds.ts";
import type { DescribedModel } from "../../training/run/modelFolder.ts";
import { numberIn } from "../options.ts";
import { exportedAt } from "../../export/exportedForm.ts";

/** What `--thresholds` takes: the thresholds that a model keeps, or one number for all classes. */
export type Thresholds = "val" | number;
/** `choose` chooses them on the images that are measured, and keeps them in the model. */
export type EvalThresholds = Thresholds | "choose";

/** The scores from which detections count. */
export interface ScoreThresholds {
  /** Of each class. */
  scores: readonly number[];
  /** Where they are from: "at the thresholds chosen on val". */
  words: string;
}

const ON_VAL = "at the thresholds chosen on val";

/** A parser for `--thresholds`: one of the words, or a number from 0 to 1. */
export function thresholdsIn<Word extends string>(words: readonly Word[]): (text: string) => Word | number {
  return (text) => {
    const word = words.find((one) => one === text);
    if (word !== undefined) return word;
    try {
      return numberIn({ min: 0, max: 1 })(text);
    } catch {
      throw new InvalidArgumentError(`It must be ${words.join(" or ")}, or a number from 0 to 1.`);
    }
  };
}

/** @throws UsageError where both say from which score detections count */
export function requireOneThreshold({ score, thresholds }: { score?: number; thresholds?: Thresholds }): void {
  if (score !== undefined && thresholds !== undefined) throw new UsageError("give --score or --thresholds, not both");
}

/** One threshold for all classes. */
export function sharedThreshold(score: number, classes: readonly string[]): ScoreThresholds {
  return { scores: classes.map(() => score), words: `at the score ${confidenceText(score)}` };
}

/** @throws AnchorkitError, naming the model, if it keeps none */
export function keptThresholds(description: DetectorDescription, weights: string): ScoreThresholds {
  return { scores: thresholdsOf(description, weights), words: ON_VAL };
}

/** Those that were asked for; unless told, the ones that the model keeps, else one for all classes. */
export function askedThresholds(
  description: DetectorDescription,
  weights: string,
  { score, thresholds = score }: { score?: number; thresholds?: Thresholds },
): ScoreThresholds {
  if (typeof thresholds === "number") return sharedThreshold(thresholds, description.classes);
  const keepsNone = (description.thresholds ?? []).length === 0;
  if (thresholds === undefined && keepsNone) return sharedThreshold(DEFAULT_SCORE, description.classes);
  return keptThresholds(description, weights);
}

/**
 * @throws UsageError unless the images are those that nothing was trained on, and nothing is measured on at the end, and the
 *   model is a run, which can keep what is chosen
 */
export function requireChoosable(split: string, weights = ""): void {
  if (exportedAt(weights)) {
    throw new UsageError(
      `${weights}: an exported file stays as it is; choose thresholds for the run, and export it again`,
    );
  }
  if (split === "val") return;
  throw new UsageError(`--thresholds choose is for the validation images: give --split val, not ${split}`);
}

/** Chooses a threshold for each class on labelled images, and writes them into the model's folder. */
export async function chooseAndKeep(
  weights: string,
  description: DetectorDescription,
  images: readonly EvaluationImage[],
): Promise<ScoreThresholds> {
  const { matchCoco } = await import("../../metrics/index.ts");
  const { classes } = description;
  const thresholds = chooseThresholds(matchCoco(images, classes));
  if (thresholds.length === 0) {
    throw new AnchorkitError(
      `${weights}: finds hardly any of the objects of ${countOf(images.length, "image")}, so that no threshold can be chosen; train longer`,
    );
  }
  await keepThresholds(weights, { kind: "detection", description }, thresholds);
  return keptThresholds({ ...description, thresholds }, weights);
}

/** Writes thresholds into the description of a model, and says where. */
export async function keepThresholds(
  weights: string,
  model: DescribedModel,
  thresholds: readonly unknown[],
): Promise<void> {
  const { describeFurther, modelFolderOf } = await import("../../training/run/modelFolder.ts");
  const file = await describeFurther(modelFolderOf(weights), model, { thresholds });
  process.stderr.write(`thresholds chosen on these images, kept in ${file}\n`);
}

/** Classes whose thresholds are named in a line, at most. */
const NAMED = 8;

/** "at the thresholds chosen on val: cat 0.42, dog 0.31", or what all classes have. */
export function thresholdsLine({ scores, words }: ScoreThresholds, classes: readonly string[]): string {
  if (words !== ON_VAL) return words;
  const named = classes.slice(0, NAMED).map((name, k) => `${name} ${confidenceText(scores[k] ?? NaN)}`);
  const more = classes.length > NAMED ? [`${classes.length - NAMED} more`] : [];
  return `${words}: ${[...named, ...more].join(", ")}`;
}
